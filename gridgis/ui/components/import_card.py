"""One card per file: what it is, where its rows went, and what the user can correct."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from gridgis.crs import Datum
from gridgis.ingest import FileReport, LayerReport, ReadOptions
from gridgis.ingest.headers import fields_of
from gridgis.outputs.markup import Html, fill, joined, markdown_text
from gridgis.tables import TABLES
from gridgis.ui.components.guard import problems_table
from gridgis.ui.components.map_view import content_key

__all__ = ["import_card"]

_OUTCOMES: Mapping[str, tuple[str, str]] = {
    "ok": ("green", "✓ 可以导入"),
    "warn": ("yellow", "! 可以导入，有提示"),
    "ask": ("grey", "? 需要回答"),
    "refused": ("red", "✗ 无法读取"),
}
_DATUMS: Mapping[Datum, str] = {
    "cgcs2000": "CGCS2000",
    "wgs84": "WGS 84（GPS）",
    "gcj02": "GCJ-02（高德、腾讯）",
    "bd09": "BD-09（百度）",
}
_ENCODINGS = ("utf-8", "gb18030", "big5")
_FIRST_ZONE_MERIDIAN, _FIRST_ZONE_CODE, _ZONES = 75, 4534, 21
_KEEP, _DROP = "", "-"
_WHOLE = {_KEEP: "（原样保留，不参与核查）", _DROP: "（不用这一列）"}


def import_card(report: FileReport, options: ReadOptions) -> ReadOptions:
    """Show the card of one file; return the options with what was corrected in it."""
    colour, word = _OUTCOMES[report.outcome]
    with st.container(border=True):
        st.html(_head(report, colour, word))
        if report.layers:
            st.html(joined(_rows(layer) for layer in report.layers))
        is_open = report.outcome in ("ask", "refused")
        if report.problems:
            count = len(report.problems)
            with st.expander(f"问题与提示（{count}）", expanded=is_open):
                problems_table(report.problems, show_file=False)
        asks = report.outcome == "ask"
        with st.expander("怎样读取这个文件（可更正）", expanded=asks):
            return _corrected(report, options)


def _head(report: FileReport, colour: str, word: str) -> Html:
    facts = {
        "格式": report.format,
        "编码": report.encoding,
        "坐标系": report.crs,
        "基准": _DATUMS.get(report.datum, report.datum),  # type: ignore[call-overload]
    }
    return fill(
        '<b>{file}</b> <span class="gg-chip gg-{colour}">{word}</span>'
        '<div class="gg-muted">{facts}</div>',
        file=report.file,
        colour=colour,
        word=word,
        facts="　".join(f"{name}：{value}" for name, value in facts.items() if value),
    )


def _rows(layer: LayerReport) -> Html:
    table = f"→ {TABLES[layer.table].title}表" if layer.table else "→ 看不出是哪张表"
    return fill(
        '<div class="gg-count">{layer} {table}：读取 <b>{read}</b> 行 = 载入 <b>{loaded}'
        "</b> + 退回 <b>{rejected}</b> + 并入同一对象 <b>{merged}</b> + 空行、合计 "
        "<b>{blank}</b></div>",
        layer=layer.layer,
        table=table,
        read=f"{layer.rows_read:,}",
        loaded=f"{layer.loaded:,}",
        rejected=f"{layer.rejected:,}",
        merged=f"{layer.merged:,}",
        blank=f"{layer.blank:,}",
    )


def _corrected(report: FileReport, options: ReadOptions) -> ReadOptions:
    key = content_key(report.file)
    table, crs, datum, encoding = st.columns(4)
    with table:
        chosen_table = _choice(
            "属于哪张表",
            {name: spec.title for name, spec in TABLES.items()},
            options.table,
            f"data-table-{key}",
        )
    with crs:
        proposal = report.crs if report.outcome == "ask" else ""
        chosen_crs = _choice(
            "坐标系",
            _crs_choices(report.crs, options.crs),
            options.crs,
            f"data-crs-{key}",
            help=f"按坐标数值推测为 {proposal}，请确认或另选。" if proposal else None,
        )
    with datum:
        chosen_datum = _choice("坐标基准", _DATUMS, options.datum, f"data-datum-{key}")
    with encoding:
        chosen_encoding = _choice(
            "文字编码",
            {name: name.upper() for name in _ENCODINGS},
            options.encoding,
            f"data-encoding-{key}",
        )
    mapping = dict(options.mapping)
    for layer in report.layers:
        if layer.table and layer.columns:
            mapping |= _columns(report.file, layer)
    return ReadOptions(
        mapping=mapping,
        table=chosen_table,
        crs=chosen_crs,
        datum=chosen_datum,  # type: ignore[arg-type]
        encoding=chosen_encoding,
    )


def _choice(
    label: str,
    words: Mapping[str, str] | Mapping[Datum, str],
    given: str | None,
    key: str,
    help: str | None = None,  # noqa: A002 - as Streamlit names it
) -> str | None:
    options = ["", *words]
    chosen = st.selectbox(
        label,
        options,
        index=options.index(given) if given in options else 0,
        format_func=lambda name: words.get(name, "自动识别"),
        key=key,
        help=help,
    )
    return chosen or None


def _crs_choices(found: str, chosen: str | None) -> dict[str, str]:
    zones = {
        f"EPSG:{_FIRST_ZONE_CODE + zone}": (
            f"CGCS2000 3 度带，中央经线 {_FIRST_ZONE_MERIDIAN + 3 * zone}°"
        )
        for zone in range(_ZONES)
    }
    words = {"EPSG:4490": "CGCS2000 经纬度", "EPSG:4326": "WGS 84 经纬度", **zones}
    for name in (found, chosen):
        if name and name.startswith("EPSG:"):
            words.setdefault(name, name)
    return words


def _columns(file: str, layer: LayerReport) -> dict[str, str]:
    """Show what each header was taken for; return what the user changed."""
    titles = {**fields_of(str(layer.table)), **_WHOLE}
    shown = {
        name: field if field in titles else _KEEP
        for name, field in layer.columns.items()
    }
    st.markdown(f"**{markdown_text(layer.layer)}** 的列：")
    edited = st.data_editor(
        pd.DataFrame({"given": list(shown), "field": list(shown.values())}),
        key=f"data-columns-{content_key(file, layer.layer, *shown)}",
        hide_index=True,
        height="content",
        disabled=["given"],
        column_config={
            "given": st.column_config.TextColumn("文件中的列"),
            "field": st.column_config.SelectboxColumn(
                "当作",
                options=list(titles),
                format_func=lambda name: titles.get(str(name), str(name)),
                required=True,
            ),
        },
    )
    return {
        given: field or _DROP
        for given, field in zip(edited["given"], edited["field"], strict=True)
        if field != shown[given]
    }
