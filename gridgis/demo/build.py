"""Build the synthetic county: plan it, write its files, write down what must come out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from gridgis.demo.files import NAMES, Written, write_files
from gridgis.demo.model import DAY, County, Defect
from gridgis.demo.plan import DETAILED_UP_TO, plan
from gridgis.demo.readme import OPENING, readme
from gridgis.demo.truth import community_verdicts, gather
from gridgis.demo.truth_estates import (
    county_verdicts,
    estate_verdicts,
    grid_verdicts,
    projects,
)
from gridgis.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from gridgis.demo.interval import Answer

__all__ = ["DemoSummary", "build"]

Progress = Callable[[float, str], None]
MOST = 80_000
_README = "README.txt"
_PACKS = (
    "county",
    "district",
    "national",
    "tiered",
    "elderly",
    "living_circle",
    "grid_size",
)
_OMITTED = (
    "网格",
    "楼栋",
    "道路",
    "社区边界（改为社区.gpkg）",
    "除 county 外各规则包的逐条结论",
)


@dataclass(frozen=True)
class DemoSummary:
    """What was built: numbers of records, files, and what a place of this size leaves out."""

    directory: Path
    files: tuple[str, ...]
    communities: int
    urban: int
    rooms: int
    estates: int
    grids: int
    buildings: int
    defects: int
    omitted: tuple[str, ...]

    def __str__(self) -> str:
        parts = [
            f"合成数据（虚构）已写入“{self.directory}”，共 {len(self.files)} 个文件",
            (
                f"社区 {self.communities:,} 个（城市社区 {self.urban:,} 个），"
                f"用房与场地 {self.rooms:,} 处，小区 {self.estates:,} 个，"
                f"网格 {self.grids:,} 个，楼栋 {self.buildings:,} 栋"
            ),
            f"植入缺陷 {self.defects:,} 处，应得结论见 truth.json",
        ]
        if self.omitted:
            parts.append("规模较大，未包含：" + "、".join(self.omitted))
        return "\n".join(parts)


def build(
    directory: Path,
    *,
    communities: int = 81,
    seed: int = 1,
    clean: bool = False,
    progress: Progress | None = None,
) -> DemoSummary:
    """Write a synthetic county into a folder and return what was written.

    Parameters
    ----------
    directory
        Made if missing. Files of an earlier demo are replaced.
    communities
        Above 1,000 the place is a province in bulk form, without grids, buildings, roads.
    seed
        The same seed gives the same values and geometry.
    clean
        Without defects: every mandatory rule of the county pack is met.
    progress
        Called with a fraction and a sentence in Chinese.

    Raises
    ------
    InputError
        If there are too many communities, or the folder holds such files of another.
    """
    tell = progress or (lambda _fraction, _message: None)
    _prepare(directory, communities)
    tell(0.0, "规划合成县域")
    county = plan(communities, seed, clean=clean)
    # First of all, so that a build that was broken off can be told from a user's files.
    about = readme(county, seed, clean=clean)
    (directory / _README).write_text(about, encoding="utf-8-sig")
    written = write_files(county, directory, tell, clean=clean)
    tell(0.9, "推算应得结论")
    _write_truth(county, written, directory, seed=seed, clean=clean)
    tell(1.0, "完成")
    return _summary(county, directory)


def _prepare(directory: Path, communities: int) -> None:
    """Make room for a demo; refuse to touch files that are not an earlier one."""
    if not 1 <= communities <= MOST:
        message = f"社区数应在 1 到 {MOST} 之间，给出的是 {communities}"
        raise InputError(
            message, remedy="请改用 --communities 81（一个县）或 20000（一个省）"
        )
    directory.mkdir(parents=True, exist_ok=True)
    mine = [directory / name for name in NAMES]
    shape = directory / "社区边界.shp"
    mine += [shape.with_suffix(end) for end in (".shx", ".dbf", ".prj")]
    there = [path for path in mine if path.exists()]
    if there and not _is_demo(directory / _README):
        message = f"文件夹“{directory}”中已有“{there[0].name}”，不是合成数据，不会覆盖"
        raise InputError(message, remedy="请换一个空文件夹")
    for path in there:
        path.unlink()


def _is_demo(note: Path) -> bool:
    return note.is_file() and OPENING.encode() in note.read_bytes()[:200]


def _summary(county: County, directory: Path) -> DemoSummary:
    layers = county.layers
    return DemoSummary(
        directory=directory,
        files=tuple(name for name in NAMES if (directory / name).exists()),
        communities=len(county.communities),
        urban=sum(c.kind == "urban" for c in county.communities),
        rooms=len(county.rooms),
        estates=len(county.estates),
        grids=len(layers["grids"]) if "grids" in layers else 0,
        buildings=len(layers["buildings"]) if "buildings" in layers else 0,
        defects=len(county.defects),
        omitted=() if county.sizes.detailed else _OMITTED,
    )


def _write_truth(
    county: County, written: Written, directory: Path, *, seed: int, clean: bool
) -> None:
    """Write truth.json, one verdict to a line; a province lists its county pack in numbers."""
    detailed = county.sizes.detailed
    packs = frozenset(_PACKS) if detailed else frozenset({"county"})
    verdicts: dict[str, list[dict[str, Any]]] = {
        name: [] for name in _PACKS if name in packs
    }
    outcomes: dict[str, dict[str, int]] = {}
    for pack, row in _verdicts(county, packs):
        counts = outcomes.setdefault(row["rule_id"], {})
        counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
        if detailed:
            verdicts[pack].append(row)
    truth = {
        "synthetic": True,
        "note": "合成数据：全部虚构。结论由植入内容独立推算，未运行规则引擎。"
        "measured/required 为 null 处未知或不是单一数值，不作比较。",
        "seed": seed,
        "communities": len(county.communities),
        "clean": clean,
        "on_or_after": DAY.isoformat(),
        "detailed_up_to": DETAILED_UP_TO,
        "tolerance": {"U03": 0.5, "default": 1e-6},
        "outcomes": outcomes,
        "files": {file: _file_count(layers) for file, layers in written.counts.items()},
        "rejected": written.refused,
        "defects": [_defect(defect) for defect in county.defects],
        "packs": {name: {"verdicts": rows} for name, rows in verdicts.items()},
    }
    (directory / "truth.json").write_text(_dump(truth), encoding="utf-8", newline="\n")


def _verdicts(
    county: County, packs: frozenset[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    facts = gather(county)
    for community in county.communities:
        for pack, rule, answer in community_verdicts(facts, community, packs):
            yield pack, _row(rule, "community", community.code, answer)
    for project in projects(facts):
        for pack, rule, answer in estate_verdicts(facts, project, packs):
            yield pack, _row(rule, "estate", project.case.code, answer)
    if "district" in packs:
        for name in dict.fromkeys(c.county for c in county.communities):
            for pack, rule, answer in county_verdicts(facts, name):
                yield pack, _row(rule, "county", name, answer)
    for code, pack, rule, answer in grid_verdicts(county):
        yield pack, _row(rule, "grid", code, answer)


def _row(rule: str, kind: str, code: str, answer: Answer) -> dict[str, Any]:
    decided = answer.outcome != "not_applicable"
    return {
        "rule_id": rule,
        "subject_kind": kind,
        "subject_code": code,
        "outcome": answer.outcome,
        "measured": _figure(answer.measured) if decided else None,
        "required": _figure(answer.required) if decided else None,
    }


def _figure(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _defect(defect: Defect) -> dict[str, Any]:
    row = asdict(defect)
    row["rule_ids"] = list(defect.expected)
    row["expected"] = dict(defect.expected)
    return row


def _file_count(layers: dict[str, Any]) -> dict[str, Any]:
    names = ("rows_read", "loaded", "rejected", "merged", "blank")
    totals = {
        name: sum(getattr(count, name) for count in layers.values()) for name in names
    }
    return {**totals, "layers": {name: asdict(count) for name, count in layers.items()}}


def _dump(truth: dict[str, Any]) -> str:
    """Return JSON with one list item to a line, so that a difference shows which."""

    def lines(rows: list[Any], indent: str) -> str:
        body = ",\n".join(
            indent + json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            for row in rows
        )
        return f"[\n{body}\n]" if rows else "[]"

    parts = []
    for key, value in truth.items():
        if key == "packs":
            packs = ",\n".join(
                f'"{name}": {{"verdicts": {lines(pack["verdicts"], " ")}}}'
                for name, pack in value.items()
            )
            text = f"{{\n{packs}\n}}"
        elif isinstance(value, list):
            text = lines(value, " ")
        else:
            text = json.dumps(value, ensure_ascii=False, indent=1)
        parts.append(f'"{key}": {text}')
    return "{\n" + ",\n".join(parts) + "\n}\n"
