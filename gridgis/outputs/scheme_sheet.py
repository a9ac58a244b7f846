"""The sheet of a new estate that is printed, signed and filed: one HTML file, no network."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gridgis.governance.colours import SHADES
from gridgis.outputs.assets import FONT_CSS, inline_css
from gridgis.outputs.explain import RuleSheet, explain
from gridgis.outputs.markup import Html, fill, joined
from gridgis.pipeline import Results, overall
from gridgis.scheme import SUBJECT, Remedy, Scheme
from gridgis.wording import OVERALL, amount, word

__all__ = ["scheme_sheet"]

_CSS = """
@page { size: A4; margin: 16mm 14mm; }
body { font: 14px/1.55 "Gridgis Sans", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei",
  "PingFang SC", SimSun, sans-serif; color: #16212b; max-width: 190mm; margin: 8mm auto; }
h1 { font-size: 20px; text-align: center; margin: 0 0 2mm; }
h2 { font-size: 15px; border-bottom: 1.5px solid #16212b; margin: 6mm 0 2mm; }
table { border-collapse: collapse; width: 100%; break-inside: auto; }
th, td { border: 1px solid #9aa5b0; padding: 1mm 2mm; text-align: left;
  vertical-align: top; }
th { background: #eef1f4; font-weight: 600; }
tr { break-inside: avoid; }
.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.state { white-space: nowrap; border-left: 3mm solid var(--shade);
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.small { color: #4a5560; font-size: 12px; }
.result { font-size: 17px; font-weight: 650; }
.sign { display: flex; justify-content: space-between; margin-top: 14mm; }
.sign span { flex: 1; margin-right: 8mm; border-bottom: 1px solid #16212b; }
@media screen { body { padding: 0 6mm; } }
"""


def scheme_sheet(scheme: Scheme, results: Results, found: Sequence[Remedy]) -> str:
    """Return the whole page as text: inputs, arithmetic, clauses, remedies, signatures."""
    sheet = explain(results, "estate", SUBJECT)
    shades = "".join(f".{n}{{--shade:{s.fill}}}" for n, s in SHADES.items())
    return fill(
        """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">
<title>{name} 社区用房核算单</title><style>{css}</style></head><body>
<h1>新建小区社区用房核算单</h1>
<p>项目名称：<b>{name}</b>　住房类型：{kind}　核算日：{day}</p>
<p class="result">结论：{overall}</p>
<p class="small">规则：{packs}</p>
<h2>一、规划户数</h2>{phases}
<h2>二、配建用房</h2>{rooms}<p class="small">{complete}</p>
<h2>三、逐条核算</h2>{rules}
{remedies}
<h2>签字</h2>
<p class="small">本单数值由填写内容按上列规则计算，规则出处未核实的已注明。</p>
<div class="sign">编制：<span></span>审核：<span></span>日期：<span></span></div>
</body></html>""",
        css=Html(inline_css(FONT_CSS) + _CSS + shades),
        name=scheme.name,
        kind="未定"
        if scheme.housing_kind is None
        else word("housing_kind", scheme.housing_kind),
        day=results.on.isoformat(),
        overall=OVERALL[overall(results.verdicts)],
        packs="；".join(f"{p.title}（{p.version}）" for p in results.packs),
        phases=_phases(scheme.phases),
        rooms=_rooms(scheme.rooms),
        complete="用房已全部列出，未列出的用途按 0 计。"
        if scheme.is_complete
        else "用房未全部列出，未列出的用途按未知计。",
        rules=_rules(sheet.rules),
        remedies=_remedies(found),
    )


def _table(head: Sequence[str], rows: Sequence[Html]) -> Html:
    cells = joined(fill("<th>{t}</th>", t=title) for title in head)
    return fill("<table><tr>{head}</tr>{rows}</table>", head=cells, rows=joined(rows))


def _number(value: object) -> str:
    return "未填" if pd.isna(value) else amount(float(str(value)))  # type: ignore[call-overload]


def _phases(phases: pd.DataFrame) -> Html:
    rows = [
        fill(
            '<tr><td>{phase} 期</td><td class="num">{homes}</td>'
            '<td class="num">{area}</td></tr>',
            phase=_number(phase),
            homes=_number(homes),
            area=_number(area),
        )
        for phase, homes, area in zip(
            phases["phase"],
            phases["planned_dwellings"],
            phases["residential_floor_area_m2"],
            strict=True,
        )
    ]
    homes = phases["planned_dwellings"]
    total = "未知" if homes.isna().any() else amount(float(homes.sum()))
    rows.append(
        fill('<tr><th>合计</th><td class="num"><b>{n}</b></td><td></td></tr>', n=total)
    )
    return _table(["期数", "规划户数（户）", "住宅建筑面积（㎡）"], rows)


def _rooms(rooms: pd.DataFrame) -> Html:
    rows = [
        fill(
            '<tr><td class="num">{n}</td><td>{name}</td><td>{use}</td>'
            '<td class="num">{area}</td><td>{place}</td><td class="num">{storey}</td>'
            "<td>{entrance}</td></tr>",
            n=number,
            name=room["name"],
            use="" if pd.isna(room["use"]) else word("use", str(room["use"])),
            area=_number(room["floor_area_m2"]),
            place=room["place"],
            storey=_number(room["storey"]),
            entrance={True: "有", False: "无"}.get(room["own_entrance"], "未填"),
        )
        for number, room in enumerate(rooms.to_dict("records"), start=1)
    ]
    head = ["号", "名称", "用途", "建筑面积（㎡）", "位置", "楼层", "独立出入口"]
    return _table(head, rows)


def _rules(rules: Sequence[RuleSheet]) -> Html:
    rows = [
        fill(
            '<tr><td class="state {colour}">{symbol} {outcome}</td>'
            "<td><b>{title}</b>（{level}）<br>{reason}{sum}{note}{out}"
            '<div class="small">{id} · {source} {clause}（{status}）</div></td></tr>',
            colour=rule.shade.colour,
            symbol=rule.shade.symbol,
            outcome=rule.outcome_word,
            title=rule.title,
            level=rule.level,
            reason=rule.reason,
            sum=_line(rule.arithmetic),
            note=_line(rule.note),
            out=_line(_left_out(rule)),
            id=rule.rule_id,
            source=rule.source,
            clause=rule.clause,
            status=rule.source_status,
        )
        for rule in rules
    ]
    return _table(["结果", "规则与算式"], rows)


def _left_out(rule: RuleSheet) -> str:
    rooms = [
        f"{name}（{why}）"
        for name, why in zip(
            rule.left_out["item_name"], rule.left_out["why"], strict=True
        )
    ]
    return f"不计入：{'、'.join(rooms)}" if rooms else ""


def _line(text: str) -> Html:
    return fill("<br>{text}", text=text) if text else Html("")


def _remedies(found: Sequence[Remedy]) -> Html:
    if not found:
        return Html("")
    items = joined(
        fill("<li>{rule}：{words}</li>", rule=item.rule_id, words=item.words)
        for item in found
    )
    return fill("<h2>四、怎样达标（任选其一即可满足该条）</h2><ul>{i}</ul>", i=items)
