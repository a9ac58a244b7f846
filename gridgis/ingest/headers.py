"""Which field each header means, in which unit, and which table a layer is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache
from types import MappingProxyType

from gridgis.errors import InputError
from gridgis.ingest.aliases import ALIASES, HELPERS, TABLE_WORDS
from gridgis.ingest.quantities import tidy, unit_of
from gridgis.ingest.script import simplified, words
from gridgis.ingest.vocabularies import VOCABULARIES
from gridgis.tables import TABLES

__all__ = [
    "Header",
    "Matches",
    "closest",
    "fields_of",
    "header_of",
    "known_word",
    "match_headers",
    "require_fields",
    "table_of",
    "wide_field",
]

IGNORE = "-"
# What a header adds for the table that it belongs to.
_STRONG, _ROOMS, _GENERAL, _WEAK = 3.0, 2.0, 1.0, 0.5
# Rank of a header that the user named, before titles and aliases.
_SAID = -1

_BRACKETS = re.compile(r"[(\[【<〈《]([^()\[\]【】<>〈〉《》]*)[)\]】>〉》]")
_NUMBERING = re.compile(
    r"^(?:\d{1,2}[.、)](?!\d)|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十\d]{1,2}\))"
)
_EDGES = "*:：。,，;；_-. "
_TAIL_UNIT = re.compile(
    r"(?<=.)[/_:]?(?:单位:?)?(m2|km2|平方米|平米|公顷|亩|万m2|万平方米|万元|千元|亿元|%)$"
)
_HINTS = re.compile(r"必填|选填|填写|下拉|格式|例|单位|如")
_WIDE = re.compile(r"^(.+?)(建筑面积|使用面积|用房面积|总面积|面积)$")
_TOTAL_WORDS = frozenset(
    words(
        "用房 社区用房 阵地 社区阵地 社区配套用房 配套用房 综合服务设施 社区综合服务设施 服务设施"
    )
)


@dataclass(frozen=True)
class Header:
    """A header made comparable, with the unit that it states."""

    key: str
    unit: tuple[str, float] | None = None
    unit_text: str = ""


@dataclass(frozen=True)
class Matches:
    """How the headers of a layer were understood for one table.

    `fields` maps each header as given to its field; `clashes` lists for a field the headers
    that could mean it equally well, of which the first was taken.
    """

    table: str
    fields: Mapping[str, str]
    units: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    clashes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    score: float = 0.0

    def given(self, name: str) -> str | None:
        """Return the header that was understood as a field."""
        return next(
            (given for given, found in self.fields.items() if found == name), None
        )


@lru_cache(maxsize=4096)
def header_of(given: str) -> Header:
    """Return a header in comparable form: half-width, simplified, lower case, no unit."""
    # A repeated header carries “#2”, so that both can be told apart.
    text = re.sub(r"#\d+$", "", re.sub(r"\s+", "", simplified(tidy(given))).lower())
    unit, unit_text = None, ""
    for content in _BRACKETS.findall(text):
        found = unit_of(re.sub(r"^单位:?", "", content))
        if found is not None:
            unit, unit_text = found, content
        if found is not None or _HINTS.search(content):
            text = re.sub(
                r"[(\[【<〈《]" + re.escape(content) + r"[)\]】>〉》]", "", text
            )
    text = _NUMBERING.sub("", text).strip(_EDGES)
    tail = _TAIL_UNIT.search(text)
    if unit is None and tail is not None:
        unit, unit_text, text = unit_of(tail[1]), tail[1], text[: tail.start()]
    return Header(text.strip(_EDGES), unit, unit_text)


@lru_cache(maxsize=1)
def _lexicon() -> Mapping[str, Mapping[str, tuple[str, int]]]:
    """Return, for each table, comparable header → (field, tier); built once."""
    built: dict[str, Mapping[str, tuple[str, int]]] = {}
    for table, spec in TABLES.items():
        known: dict[str, tuple[str, int]] = {}
        sources = {
            **ALIASES[table],
            **{name: line for name, (_, line) in HELPERS.items()},
        }
        for name in fields_of(table):
            tiers = [f"{name}", *sources.get(name, "").split("|")]
            title = spec[name].title if name in spec else HELPERS[name][0]
            tiers[0] += f" {re.sub('（.*）', '', title)}"
            for tier, line in enumerate(tiers):
                for alias in line.split():
                    key = header_of(alias).key
                    if key not in known or known[key][1] > tier:
                        known[key] = (name, tier)
        built[table] = MappingProxyType(known)
    return MappingProxyType(built)


@cache
def fields_of(table: str) -> Mapping[str, str]:
    """Return the fields that headers of a table can mean, with their Chinese titles."""
    spec = TABLES[table]
    fields = {
        column.name: column.title
        for column in spec.columns
        if column.name not in ("source", "marks")
    }
    drop = {"storey", "top_storey"} if table == "facilities" else set()
    helpers = ["county", "street"]
    if table != "communities":
        helpers.append("community")
    if table in ("facilities", "buildings"):
        helpers.append("estate")
    if spec.is_spatial and spec.geometry == "point_or_polygon":
        helpers += ["lon", "lat", "coords"]
    if table == "facilities":
        helpers.append("storeys_text")
    if table == "communities":
        helpers.append("year")
    own = {name: title for name, title in fields.items() if name not in drop}
    return MappingProxyType(
        {**own, **{name: HELPERS[name][0] for name in helpers if name not in own}}
    )


def wide_field(key: str) -> str | None:
    """Return "use:column" for a header such as 办公用房面积 in a ledger of communities."""
    match = _WIDE.match(key)
    if match is None:
        return None
    what, measure = match.groups()
    uses = VOCABULARIES["use"]
    # 办公用房面积 may be 办公用房 + 面积 or 办公 + 用房面积.
    code = uses.get(what) or (
        uses.get(what + "用房") if measure == "用房面积" else None
    )
    if what in _TOTAL_WORDS or (what == "社区" and measure == "用房面积"):
        code = "service_facility"
    if code is None:
        return None
    if code == "outdoor_fitness":
        return f"{code}:outdoor_area_m2"
    column = "usable_area_m2" if measure == "使用面积" else "floor_area_m2"
    return f"{code}:{column}"


def known_word(given: str) -> bool:
    """Say whether a header means a field of any table."""
    key = header_of(given).key
    if not key:
        return False
    return (
        any(key in known for known in _lexicon().values())
        or wide_field(key) is not None
    )


def closest(wanted: str, given: Iterable[str]) -> str | None:
    """Return the given header that is nearest to a wanted title, to be proposed only."""
    keys = {header_of(header).key: header for header in given}
    near = get_close_matches(header_of(wanted).key, keys, n=1, cutoff=0.5)
    return keys[near[0]] if near else None


def require_fields(mapping: Mapping[str, str]) -> None:
    """Raise `InputError` if a mapping names a field that no table has."""
    known = {name for table in TABLES for name in fields_of(table)} | {IGNORE}
    known |= {
        name for table in ("staff", "funds", "scores") for name in TABLES[table].names
    }
    for given, name in mapping.items():
        if name in known or (
            ":" in name and name.split(":")[0] in VOCABULARIES["use"].values()
        ):
            continue
        near = get_close_matches(name, sorted(known), n=1)
        remedy = (
            f"最接近的字段是 {near[0]}"
            if near
            else "可用字段见“导入”页或 gridgis inspect"
        )
        message = f"“{given}={name}”中的字段“{name}”不存在"
        raise InputError(message, remedy=remedy)


def match_headers(
    headers: Sequence[str],
    table: str,
    mapping: Mapping[str, str] = MappingProxyType({}),
) -> Matches:
    """Return what each header means in a table; what the user said goes before all else."""
    known = _lexicon()[table]
    said = {header_of(given).key: name for given, name in mapping.items()}
    offers: dict[str, list[tuple[int, int, str]]] = {}
    fields: dict[str, str] = {}
    for given in headers:
        key = header_of(given).key
        stated = mapping.get(given) or said.get(key)
        name, tier = known.get(key, ("", 0)) if stated is None else (stated, _SAID)
        if not name and table == "communities":
            fields[given] = _of_other_table(key) or ""
        if name and name != IGNORE:
            # A title and a plain alias say the same: the title is only proposed first.
            offers.setdefault(name, []).append(
                (max(tier, 1 if stated is None else tier), tier, given)
            )
    clashes: dict[str, tuple[str, ...]] = {}
    for name, found in offers.items():
        found.sort(key=lambda offer: offer[:2])
        fields[found[0][2]] = name
        equal = tuple(given for rank, _, given in found if rank == found[0][0])
        if len(equal) > 1 and name not in _NEVER_ASKED:
            clashes[name] = equal
    ordered = {given: fields[given] for given in headers if fields.get(given)}
    units = {
        given: unit for given in headers if (unit := header_of(given).unit) is not None
    }
    return Matches(table, ordered, units, clashes, _score(table, ordered))


def _of_other_table(key: str) -> str | None:
    """Return what a column of a community ledger says beyond the community itself."""
    wide = wide_field(key)
    if wide is not None:
        return wide
    for table in ("staff", "funds", "scores"):
        found = _lexicon()[table].get(key)
        if found is not None and found[1] <= 1 and found[0] in _SIGNATURES[table]:
            return f"{table}:{found[0]}"
    return None


_SIGNATURES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "communities": frozenset(
            words("kind elderly_population stated_area_m2 households population")
        ),
        "grids": frozenset(words("grid_code grid_type grid_worker_count")),
        "facilities": frozenset(
            words(
                "facility_id use floor_area_m2 usable_area_m2 activity_area_m2 outdoor_area_m2 "
                "storeys_text own_entrance tenure site_id shared_with functions status"
            )
        ),
        "estates": frozenset(
            words(
                "estate_id planned_dwellings occupied residential_floor_area_m2 planned_on "
                "started_on "
                "accepted_on delivered_on rooms_planned_on rooms_started_on rooms_accepted_on "
                "rooms_delivered_on handover_agreement handed_over_on handover_receiver "
                "property_managed owners_committee phase development housing_kind"
            )
        ),
        "buildings": frozenset(words("building_id storeys")),
        "roads": frozenset(words("road_id class walkable")),
        "staff": frozenset(words("workers certified")),
        "funds": frozenset(words("operating_cny provincial_cny match_cny paid_cny")),
        "projects": frozenset(words("project_id stage progress_share due_on")),
        "scores": frozenset(
            words("self_score province_score satisfaction_share named")
        ),
    }
)
# Of two columns of places the first is taken: they are compared with the map, not added up.
_NEVER_ASKED = frozenset((*HELPERS, "street", "county", "address"))
# Any map has one of these; it says nothing of what is named.
_PLAIN_NAMES = frozenset(words("name mc 名称"))
_PLACES = frozenset(
    words("county street community community_code address lon lat coords year estate")
)


def _score(table: str, fields: Mapping[str, str]) -> float:
    """Return how much the understood headers speak for a table."""
    score = 0.0
    for given, name in fields.items():
        _, tier = _lexicon()[table].get(header_of(given).key, ("", 0))
        if ":" in name:
            score += _GENERAL if name.partition(":")[0] in TABLES else _ROOMS
        elif table == "communities" and name in ("name", "community_code"):
            # Every ledger names communities: it says little of what the rows are.
            score += _STRONG / 2 if tier <= 1 else _WEAK
        elif name in _SIGNATURES[table] or name == "name":
            score += _GENERAL if tier > 1 else _STRONG
        elif name not in _PLACES:
            score += _WEAK
    return score


def table_of(
    headers: Sequence[str],
    names: Sequence[str],
    geometry: str | None,
    mapping: Mapping[str, str] = MappingProxyType({}),
) -> Matches | None:
    """Return the table that a layer is, with its matches; None where nothing tells.

    Parameters
    ----------
    headers
        As given.
    names
        Name of the sheet or layer, of the file, and titles above the header.
    geometry
        "point", "line" or "polygon", None for a layer without.
    mapping
        What the user said about headers.
    """
    found: list[tuple[float, Matches]] = []
    if geometry is None and has_points(headers, mapping):
        geometry = "point"
    for table in TABLE_WORDS:
        if not _fits(table, geometry):
            continue
        matches = match_headers(headers, table, mapping)
        hint = _hint(table, names)
        if geometry == "polygon" and not hint and _only_named(table, matches):
            continue
        identified = any(name not in _PLACES for name in matches.fields.values())
        if matches.score + hint >= _STRONG and (identified or (hint and geometry)):
            found.append((matches.score + hint, matches))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _only_named(table: str, matches: Matches) -> bool:
    """Say whether nothing but a plain name and number speaks for a table of polygons.

    Outlines of districts have both; a table whose rows count for something is not guessed
    from them.
    """
    if table == "communities":
        return False
    key = TABLES[table].key[0]
    for given, name in matches.fields.items():
        header = header_of(given).key
        if header in _PLAIN_NAMES:
            continue
        _, tier = _lexicon()[table].get(header, ("", 0))
        plain = name in (key, "name")
        if (plain or name in _SIGNATURES[table]) and tier <= (1 if plain else 2):
            return False
    return True


def has_points(
    headers: Sequence[str], mapping: Mapping[str, str] = MappingProxyType({})
) -> bool:
    """Say whether columns hold coordinates."""
    fields = set(match_headers(headers, "facilities", mapping).fields.values())
    return {"lon", "lat"} <= fields or "coords" in fields


def _fits(table: str, geometry: str | None) -> bool:
    """Say whether a table can have such a geometry."""
    if geometry is None:
        return table != "roads"
    allowed = {
        "polygon": ("polygon",),
        "line": ("line",),
        "none": (),
        "point_or_polygon": ("point", "polygon"),
    }
    return geometry in allowed[TABLES[table].geometry]


def _hint(table: str, names: Sequence[str]) -> float:
    """Return what the names of sheet and file add; the sheet's own name counts most."""
    for weight, name in zip((4.0, 2.0, 1.5), names, strict=False):
        key = header_of(name).key
        first = next(
            (
                t
                for t, line in TABLE_WORDS.items()
                if any(w in key for w in line.split())
            ),
            None,
        )
        if first is not None:
            return weight if first == table else 0.0
    return 0.0
