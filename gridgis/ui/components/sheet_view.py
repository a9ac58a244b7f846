"""The sheet of one subject: every rule with its arithmetic, clause and rooms."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from gridgis.outputs.explain import RuleSheet, SubjectSheet
from gridgis.outputs.markup import Html, fill, joined
from gridgis.ui.components.words import chip
from gridgis.wording import SUBJECTS, amount, with_unit

__all__ = ["rule_html", "sheet_view"]


def sheet_view(sheet: SubjectSheet, *, first: str | None = None) -> None:
    """Show who it is, its state in one word, and a card per rule, the worst first.

    A rule named `first` comes before all others.
    """
    st.html(
        fill(
            "<h2>{name} {chip}</h2><div class='gg-muted'>{kind} {code} · {street}</div>",
            name=sheet.name,
            chip=chip(sheet.shade),
            kind=SUBJECTS[sheet.kind],
            code=sheet.code,
            street=sheet.street or "街道未填",
        )
    )
    rules = sorted(sheet.rules, key=lambda rule: rule.rule_id != first)
    asked = [r for r in rules if r.outcome != "not_applicable" or r.rule_id == first]
    aside = [rule for rule in rules if rule not in asked]
    st.html(joined(rule_html(rule) for rule in asked))
    if aside:
        with st.expander(f"不适用的规则（{len(aside)}）"):
            st.html(joined(rule_html(rule) for rule in aside))


def rule_html(rule: RuleSheet) -> Html:
    """Return the card of one rule."""
    return fill(
        """<section class="gg-rule gg-{colour}"><header>{chip}<b>{title}</b>
<span class="muted">{id} · {level} · {text}</span></header>
<div>{reason}</div>{bar}{sum}{note}{rooms}
<div class="muted">{source} {clause}（{status}）</div>{remedy}</section>""",
        colour=rule.shade.colour,
        chip=chip(rule.shade, _word(rule)),
        title=rule.title,
        id=rule.rule_id,
        level=rule.level,
        text=rule.text,
        reason=rule.reason,
        bar=_bar(rule.part),
        sum=_line(rule.arithmetic, "sum"),
        note=_line(rule.note, "muted"),
        rooms=joined(_rooms(rule)),
        source=rule.source,
        clause=rule.clause,
        status=rule.source_status,
        remedy=_line(
            f"怎样补足：{rule.remedy}"
            if rule.remedy and rule.outcome == "fail"
            else "",
            "muted",
        ),
    )


def _word(rule: RuleSheet) -> str:
    """Return the verdict's word; a pass in amber says why it is not simply a pass."""
    if rule.outcome == "pass" and rule.shade.colour == "yellow":
        return "达标（预警）"
    return rule.outcome_word


def _bar(part: float | None) -> Html:
    """Return a bar as long as what there is, with a mark where the requirement stands."""
    if part is None:
        return Html("")
    scale = max(part, 1.0) * 1.04
    return fill(
        '<div class="gg-need" role="img" aria-label="达到应有的 {share}">'
        '<span style="width:{there}%"></span><i style="left:{needed}%"></i></div>',
        share=with_unit(round(part, 3), "share"),
        there=f"{100 * part / scale:.1f}",
        needed=f"{100 / scale:.1f}",
    )


def _line(text: str, style: str) -> Html:
    return fill('<div class="{s}">{t}</div>', s=style, t=text) if text else Html("")


def _rooms(rule: RuleSheet) -> list[Html]:
    groups = (
        ("计入", rule.counted),
        ("不计入", rule.left_out),
        ("存疑", rule.uncertain),
    )
    return [_group(title, rooms) for title, rooms in groups if len(rooms)]


def _group(title: str, rooms: pd.DataFrame) -> Html:
    rows = joined(
        fill(
            '<tr><td>{name}</td><td class="num">{area}</td><td>{why}</td></tr>',
            name=name,
            area="" if title == "不计入" else f"{amount(area)} ㎡",
            why=why,
        )
        for name, area, why in zip(
            rooms["item_name"], rooms["amount"], rooms["why"], strict=True
        )
    )
    return fill(
        "<details><summary>{title} {n} 间</summary><table>{rows}</table></details>",
        title=title,
        n=len(rooms),
        rows=rows,
    )
