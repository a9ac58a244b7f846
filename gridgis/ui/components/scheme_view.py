"""What a typed estate comes to: verdicts, what would flip them, remedies, comparison."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from gridgis.governance.rollup import gap_of
from gridgis.outputs.explain import explain
from gridgis.outputs.markup import Html, fill, joined
from gridgis.outputs.scheme_sheet import scheme_sheet
from gridgis.pipeline import Results, overall
from gridgis.scheme import (
    SUBJECT,
    Flip,
    Remedy,
    Scheme,
    flips,
    with_extra_room,
    with_households,
)
from gridgis.ui import cache, state
from gridgis.ui.components.sheet_view import rule_html
from gridgis.ui.components.words import chip
from gridgis.ui.state import Keys
from gridgis.wording import OUTCOMES, OVERALL, amount

__all__ = ["comparison", "print_button", "remedy_list", "verdict_cards", "what_if"]


def verdict_cards(results: Results) -> None:
    """Show the one word, and a card with a bar per rule that applies."""
    sheet = explain(results, "estate", SUBJECT)
    st.html(
        fill(
            "<h2>{word} {chip}</h2>",
            word="结论",
            chip=chip(sheet.shade, OVERALL[overall(results.verdicts)]),
        )
    )
    st.html(joined(rule_html(r) for r in sheet.rules if r.outcome != "not_applicable"))
    aside = [r for r in sheet.rules if r.outcome == "not_applicable"]
    if aside:
        with st.expander(f"不适用的规则（{len(aside)}）"):
            st.html(joined(rule_html(r) for r in aside))


def what_if(typed: Scheme, packs: tuple[str, ...], now: Results) -> None:
    """Show two sliders and which verdicts they turn."""
    st.subheader("如果……", anchor=False)
    homes = st.slider(
        "户数变化（%）", -50, 50, 0, step=1, key=Keys.MORE_HOUSEHOLDS, format="%d %%"
    )
    area = st.slider("另加集中用房（㎡）", 0, 2000, 0, step=10, key=Keys.MORE_AREA)
    if homes == 0 and area == 0:
        st.caption("拖动滑块，看哪些结论会变。表中填写的内容不变。")
        return
    changed = with_extra_room(with_households(typed, homes / 100), float(area))
    then = cache.judged(changed, packs)
    total = changed.phases["planned_dwellings"].sum(min_count=1)
    st.caption(f"合计 {amount(float(total))} 户，另加 {area} ㎡")
    turned = flips(now, then)
    if not turned:
        st.info("结论不变。")
    st.html(joined(_flip(item) for item in turned))


def _flip(item: Flip) -> Html:
    return fill(
        "<div>{rule} {title}：{before} → <b>{after}</b></div>",
        rule=item.rule_id,
        title=item.title,
        before=OUTCOMES[item.before],
        after=OUTCOMES[item.after],
    )


def remedy_list(found: Sequence[Remedy]) -> None:
    """Show the smallest change per rule, and what else it does."""
    if not found:
        return
    st.subheader("怎样达标", anchor=False)
    st.caption("每条都已按改后的方案重新核算；任选其一即可满足对应的规则。")
    rows = [
        {
            "规则": item.rule_id,
            "最小改动": item.words,
            "同时满足": "、".join(r for r in item.mends if r != item.rule_id),
            "会使其不再达标": "、".join(item.breaks),
        }
        for item in found
    ]
    table = pd.DataFrame(rows)
    used = [name for name in table if name in ("规则", "最小改动") or table[name].any()]
    st.dataframe(table[used], hide_index=True, height="content")


def print_button(typed: Scheme, results: Results, found: Sequence[Remedy]) -> None:
    """Offer the sheet to print: one file with every input, sum and clause."""
    st.download_button(
        "下载核算单（打印用）",
        lambda: scheme_sheet(typed, results, found),
        f"{typed.name} 核算单.html",
        "text/html",
        key="estate_print",
        on_click="ignore",
        type="primary",
        width="stretch",
    )


def comparison(packs: tuple[str, ...]) -> None:
    """Show the schemes put aside, side by side, a row per rule."""
    kept = state.saved_schemes()
    if not kept:
        return
    st.subheader("方案对比", anchor=False)
    columns = {item.name: _column(cache.judged(item, packs)) for item in kept}
    table = pd.DataFrame(columns).rename_axis("规则").reset_index()
    st.dataframe(table, hide_index=True, height="content")
    st.button("清空对比", on_click=state.drop_schemes, key="estate_drop")


def _column(results: Results) -> pd.Series:
    verdicts = results.verdicts
    words = [
        f"{OUTCOMES[str(outcome)]}　{gap_of(reason)}"
        for outcome, reason in zip(verdicts["outcome"], verdicts["reason"], strict=True)
    ]
    names = verdicts["rule_id"].astype("str") + " "
    return pd.Series(words, index=names + names.str.strip().map(results.rules["title"]))
