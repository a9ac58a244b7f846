"""The smallest single change that makes each failed rule pass, tried before it is told.

Every remedy is a changed scheme that was judged again: what does not make its rule pass is
not proposed. What it would break elsewhere is told with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from gridgis.pipeline import Results
from gridgis.rules.packs import Rule, RulePack
from gridgis.scheme.model import (
    Scheme,
    flips,
    judge,
    largest_place,
    with_extra_room,
)
from gridgis.wording import amount, word

__all__ = ["Remedy", "remedies"]

_STEP_M2 = 0.5
"""Areas are proposed in half square metres, never less than what lacks."""


@dataclass(frozen=True)
class Remedy:
    """One change in words, the rule it is for, and what it does to all rules.

    `mends` and `breaks` are the rule ids that turn from fail to pass and that no longer
    pass.
    """

    rule_id: str
    words: str
    scheme: Scheme
    mends: tuple[str, ...]
    breaks: tuple[str, ...]


def remedies(
    scheme: Scheme, packs: Sequence[RulePack], on: date, results: Results
) -> tuple[Remedy, ...]:
    """Return what would close each failed rule's gap, rule by rule.

    Parameters
    ----------
    results
        What `judge` says of the scheme as it is.
    """
    rules = {rule.id: (pack, rule) for pack in packs for rule in pack.rules}
    fails = results.verdicts[results.verdicts["outcome"] == "fail"]
    found: list[Remedy] = []
    for verdict in fails.to_dict("records"):
        pack, rule = rules[str(verdict["rule_id"])]
        alone = replace(pack, rules=(rule,))

        def passes(changed: Scheme, alone: RulePack = alone) -> bool:
            outcome = judge(changed, [alone], on).verdicts["outcome"]
            return bool((outcome == "pass").all())

        mine = results.evidence[results.evidence["rule_id"] == rule.id]
        counted = mine.loc[mine["counted"] == "counted", "item_id"].tolist()
        gap = float(verdict["shortfall"])
        for words, changed in _proposals(
            scheme, rule, gap, float(verdict["required"]), counted, passes
        ):
            if passes(changed):
                after = judge(changed, packs, on)
                found.append(_remedy(rule.id, words, changed, results, after))
    return tuple(found)


def _remedy(
    rule_id: str, words: str, changed: Scheme, before: Results, after: Results
) -> Remedy:
    turned = flips(before, after)
    return Remedy(
        rule_id,
        words,
        changed,
        tuple(f.rule_id for f in turned if (f.before, f.after) == ("fail", "pass")),
        tuple(flip.rule_id for flip in turned if flip.before == "pass"),
    )


def _proposals(
    scheme: Scheme,
    rule: Rule,
    gap: float,
    required: float,
    counted: list[str],
    passes: Callable[[Scheme], bool],
) -> Iterator[tuple[str, Scheme]]:
    match rule.measure:
        case "room_area" | "largest_place_area":
            if rule.measure == "largest_place_area" and len(counted) > 1:
                yield _merged(scheme, counted, rule.title)
            yield _larger(scheme, rule, gap)
            if "planned_dwellings" in rule.limit.quantities:
                yield from _fewer(scheme, gap / required, passes)
        case "place_count":
            yield _merged(scheme, counted, rule.title)
        case "storey_breaches":
            yield _moved(scheme, counted)
        case "entrance_breaches":
            yield _entered(scheme, counted)


def _larger(scheme: Scheme, rule: Rule, gap: float) -> tuple[str, Scheme]:
    area = math.ceil(round(gap / _STEP_M2, 6)) * _STEP_M2
    uses = list(rule.parameters["uses"])
    # A room for everything where the rule allows it, else what the rule is about.
    use = "service_station" if "service_station" in uses else uses[0]
    what = "集中用房" if use == "service_station" else word("use", use)
    return f"加 {amount(area)} ㎡{what}", with_extra_room(scheme, area, use)


def _fewer(
    scheme: Scheme, part: float, passes: Callable[[Scheme], bool]
) -> Iterator[tuple[str, Scheme]]:
    """Yield the scheme with the fewest dwellings taken away, from the last phase on.

    `part` is the share of the requirement that lacks.
    """
    dwellings = scheme.phases["planned_dwellings"]
    if dwellings.isna().any():
        return
    total = int(dwellings.sum())
    # 0 households would make the rule not applicable, which is no remedy.
    low, high = 0, total - 1
    # Most limits are in proportion: then this is the answer, and two trials show it.
    guess = math.ceil(round(total * part, 6))
    if low < guess < high and passes(_without(scheme, guess)):
        high = guess
        low = guess - 1 if not passes(_without(scheme, guess - 1)) else low
    elif high <= low or not passes(_without(scheme, high)):
        return
    while high - low > 1:
        middle = (low + high) // 2
        if passes(_without(scheme, middle)):
            high = middle
        else:
            low = middle
    yield f"减 {amount(high)} 户", _without(scheme, high)


def _without(scheme: Scheme, fewer: int) -> Scheme:
    left, kept = float(fewer), []
    for count in scheme.phases["planned_dwellings"].astype(float)[::-1]:
        taken = min(left, count)
        kept.append(count - taken)
        left -= taken
    phases = scheme.phases.assign(planned_dwellings=kept[::-1])
    return replace(scheme, phases=phases)


def _numbers(counted: Sequence[str]) -> list[int]:
    """Return the numbers of rooms among those listed: "用房 3" is the third."""
    return [int(item.removeprefix("用房 ")) for item in counted]


def _at(scheme: Scheme, counted: Sequence[str]) -> list[object]:
    """Return the labels, in the typed table, of rooms known by their numbers."""
    typed = scheme.rooms
    listed = typed[typed[["name", "use", "floor_area_m2"]].notna().any(axis=1)]
    return [listed.index[number - 1] for number in _numbers(counted)]


def _changed(
    scheme: Scheme, counted: Sequence[str], column: str, value: object
) -> Scheme:
    rooms = scheme.rooms.astype(object)
    chosen = rooms.index.isin(_at(scheme, counted))
    values = pd.Series(rooms[column], dtype=object).mask(chosen, value)
    return replace(scheme, rooms=rooms.assign(**{column: values}))


def _named(counted: Sequence[str]) -> str:
    return "、".join(str(number) for number in _numbers(counted)) + " 号用房"


def _merged(scheme: Scheme, counted: Sequence[str], title: str) -> tuple[str, Scheme]:
    place = largest_place(scheme.rooms.loc[_at(scheme, counted)])
    changed = _changed(scheme, counted, "place", place)
    return f"合并 {_named(counted)}到{place}，可满足“{title}”", changed


def _moved(scheme: Scheme, counted: Sequence[str]) -> tuple[str, Scheme]:
    rooms = scheme.rooms.loc[_at(scheme, counted)]
    storeys = rooms["storey"].astype(float)
    high = [
        item
        for item, storey in zip(counted, storeys, strict=True)
        if not 1 <= storey <= 2  # noqa: PLR2004 - storeys 1 and 2
    ]
    return f"{_named(high)}调到地上 1–2 层", _changed(scheme, high, "storey", 1.0)


def _entered(scheme: Scheme, counted: Sequence[str]) -> tuple[str, Scheme]:
    rooms = scheme.rooms.loc[_at(scheme, counted)]
    without = [
        item
        for item, own in zip(counted, rooms["own_entrance"], strict=True)
        if own is not True
    ]
    changed = _changed(scheme, without, "own_entrance", value=True)
    return f"为 {_named(without)}设独立出入口", changed
