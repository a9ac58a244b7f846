"""Rule packs: YAML in, checked `RulePack` out, every mistake listed at once.

A pack is data. It names measures, numbers and sources; it contains no expressions. Every
reading of an unclear clause is a named parameter of the pack: a rule refers to it as
`{parameter: NAME}`, and a caller may choose another value without touching the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gridgis.errors import Problem, RuleError
from gridgis.rules.limits import Limit, words
from gridgis.rules.measures import MEASURES
from gridgis.rules.subjects import SubjectKind
from gridgis.tables import TABLES

__all__ = ["Reading", "Rule", "RulePack", "available_packs", "load_pack"]

_FOLDER = files("gridgis.rules") / "packs"
_MAX_BYTES = 1_000_000

# Which quantities a limit may depend on, and which columns a filter may ask, by subject.
_QUANTITIES: Mapping[SubjectKind, frozenset[str]] = {
    "community": frozenset({"households", "population"}),
    "estate": frozenset({"planned_dwellings", "occupied", "residential_floor_area_m2"}),
    "grid": frozenset({"households", "population"}),
    "county": frozenset(),
}
_TABLES: Mapping[SubjectKind, str] = {
    "community": "communities",
    "estate": "estates",
    "grid": "grids",
}
_FILTERS: Mapping[SubjectKind, frozenset[str]] = {
    "community": frozenset({"kind"}),
    "estate": frozenset({"kind", "housing_kind"}),
    "grid": frozenset({"grid_type"}),
    "county": frozenset(),
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Model):
    """A document that rules are taken from, and how far it was checked."""

    title: str
    status: Literal["stated", "verified", "unverified"]
    link: str = ""


class Choice(_Model):
    """One value a parameter can take, with its words; `value` where a name is not enough."""

    words: str
    value: Any = None


class Parameter(_Model):
    """A reading of an unclear clause, made explicit."""

    meaning: str
    default: Any
    choices: Mapping[str, Choice] = Field(default_factory=dict)
    show_other_readings: bool = False

    def value(self, chosen: Any) -> Any:  # noqa: ANN401 - a pack may hold any value
        """Return what a rule gets for a chosen value; raise `ValueError` if it is none."""
        if not self.choices:
            return chosen
        if chosen not in self.choices:
            message = f"可选值：{'、'.join(self.choices)}；给出的是 {chosen}"
            raise ValueError(message)
        return (
            self.choices[chosen].value
            if self.choices[chosen].value is not None
            else chosen
        )


class Rule(_Model):
    """One rule: a measure, a comparison, a limit, and where it is written."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$")
    title: str
    source: str
    clause: str
    subject: SubjectKind
    filter: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    measure: str
    parameters: Mapping[str, Any] = Field(default_factory=dict)
    comparator: Literal[">=", ">", "<=", "<", "between"]
    limit: Limit
    unit: str = ""
    level: Literal["mandatory", "advisory"]
    yellow_band: float = Field(default=0.0, ge=0, le=1)
    effective_from: date | None = None
    effective_to: date | None = None
    remedy: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Rule:
        if (self.comparator == "between") != (self.limit.between is not None):
            message = "comparator 为 between 时限值也应写 between，反之亦然"
            raise ValueError(message)
        if self.measure not in MEASURES:
            message = f"没有名为 {self.measure} 的指标；可用：{'、'.join(MEASURES)}"
            raise ValueError(message)
        measure = MEASURES[self.measure]
        if self.subject not in measure.subjects:
            message = f"指标 {self.measure} 不能用于 {self.subject}"
            raise ValueError(message)
        for name in self.limit.quantities - _QUANTITIES[self.subject]:
            message = f"{self.subject} 没有数量 {name}"
            raise ValueError(message)
        for name in set(self.filter) - _FILTERS[self.subject]:
            message = f"{self.subject} 不能按 {name} 筛选"
            raise ValueError(message)
        if (
            self.effective_from
            and self.effective_to
            and self.effective_from > self.effective_to
        ):
            message = "生效日期晚于失效日期"
            raise ValueError(message)
        self._check_filter()
        if self.shown_unit == "share" and (self.limit.constant or 0.0) > 1.0:
            message = f"比例的限值应在 0 到 1 之间，给出的是 {self.limit.constant:g}"
            raise ValueError(message)
        measure.parameters.model_validate(dict(self.parameters))
        return self

    def _check_filter(self) -> None:
        table = TABLES[_TABLES[self.subject]] if self.filter else None
        for column, wanted in self.filter.items():
            choices = (*table[column].choices, "unknown") if table else ()
            for value in wanted:
                if value not in choices:
                    message = f"{column} 没有“{value}”；可用：{'、'.join(choices)}"
                    raise ValueError(message)

    @property
    def arguments(self) -> BaseModel:
        """Return the measure's parameters, checked and with their defaults."""
        return MEASURES[self.measure].parameters.model_validate(dict(self.parameters))

    @property
    def shown_unit(self) -> str:
        """Return the unit of measured and required: its own, or that of the measure."""
        return self.unit or MEASURES[self.measure].unit

    @property
    def text(self) -> str:
        """Say comparison and limit in words, e.g. ≥ 300 ㎡."""
        sign = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "between": ""}[
            self.comparator
        ]
        return sign + words(self.limit, self.shown_unit)

    def in_force(self, on: date) -> bool:
        """Say whether the rule applies on a day; both ends are included."""
        started = self.effective_from is None or self.effective_from <= on
        return started and (self.effective_to is None or on <= self.effective_to)


@dataclass(frozen=True)
class Reading:
    """The same rule under another reading of a parameter, for the note of a verdict."""

    words: str
    rule: Rule


@dataclass(frozen=True)
class RulePack:
    """The rules of one place, ready to be evaluated.

    Attributes
    ----------
    chosen
        The value in force of each parameter, printed with the results.
    readings
        For each rule the other readings that are shown where they differ.
    """

    name: str
    title: str
    place: str
    version: str
    note: str
    sources: Mapping[str, Source]
    parameters: Mapping[str, Parameter]
    chosen: Mapping[str, Any]
    rules: tuple[Rule, ...]
    readings: Mapping[str, tuple[Reading, ...]]


class _File(_Model):
    """The pack as written, before its parameters are put in place."""

    pack: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    place: str
    version: str
    note: str = ""
    sources: Mapping[str, Source]
    parameters: Mapping[str, Parameter] = Field(default_factory=dict)
    rules: tuple[Mapping[str, Any], ...] = Field(min_length=1)


def available_packs() -> tuple[str, ...]:
    """Return the names of the packs that come with the program."""
    return tuple(
        sorted(
            p.name.removesuffix(".yaml")
            for p in _FOLDER.iterdir()
            if p.name.endswith(".yaml")
        )
    )


def load_pack(
    name: str | Path, parameters: Mapping[str, Any] | None = None
) -> RulePack:
    """Read a pack by its name or from a YAML file, and check all of it.

    Parameters
    ----------
    name
        One of `available_packs()`, or the path of a file.
    parameters
        Other values for the pack's parameters; names the pack does not have are ignored, as
        one choice is given to several packs at once.

    Raises
    ------
    RuleError
        With one problem per mistake, none of them hidden behind the first.
    """
    file, text = _source_of(name)
    given = _parse(file, text)
    chosen = {key: parameter.default for key, parameter in given.parameters.items()}
    chosen |= {key: value for key, value in (parameters or {}).items() if key in chosen}
    problems: list[Problem] = []
    rules: list[Rule] = []
    readings: dict[str, tuple[Reading, ...]] = {}
    for position, raw in enumerate(given.rules, start=1):
        rule = _rule(file, raw, position, given, chosen, problems=problems)
        if rule is not None:
            rules.append(rule)
            readings[rule.id] = _other_readings(raw, given, chosen)
    problems += _across(file, given, rules)
    if problems:
        message = f"规则文件 {file} 有 {len(problems)} 处错误"
        raise RuleError(message, remedy="请逐条改正后重试", problems=problems)
    return RulePack(
        given.pack,
        given.title,
        given.place,
        given.version,
        given.note,
        given.sources,
        given.parameters,
        chosen,
        tuple(rules),
        readings,
    )


def _source_of(name: str | Path) -> tuple[str, str]:
    if isinstance(name, str) and name in available_packs():
        return f"{name}.yaml", (_FOLDER / f"{name}.yaml").read_text("utf-8")
    path = Path(name)
    if not path.is_file():
        known = "、".join(available_packs())
        message = f"没有规则包“{name}”"
        raise RuleError(message, remedy=f"可用：{known}，或给出 YAML 文件的路径")
    if path.stat().st_size > _MAX_BYTES:
        message = f"规则文件 {path.name} 超过 1 MB"
        raise RuleError(message)
    try:
        return path.name, path.read_text("utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        message = f"规则文件 {path.name} 无法按 UTF-8 读取"
        raise RuleError(message, remedy="请另存为 UTF-8 编码的 YAML") from error


@lru_cache(maxsize=32)
def _parse(file: str, text: str) -> _File:
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, below
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        message = f"规则文件 {file} 不是有效的 YAML：{error}"
        raise RuleError(message) from error
    try:
        return _File.model_validate(content)
    except ValidationError as error:
        message = f"规则文件 {file} 的结构有误"
        raise RuleError(message, problems=_problems(file, "", error)) from error


class _Loader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice instead of keeping the last."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            message = f"键“{key}”重复"
            raise yaml.constructor.ConstructorError(
                None, None, message, node.start_mark
            )
    return {
        key: loader.construct_object(value, deep=True)
        for key, (_, value) in zip(keys, node.value, strict=True)
    }


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _rule(
    file: str,
    raw: Mapping[str, Any],
    position: int,
    given: _File,
    chosen: Mapping[str, Any],
    *,
    problems: list[Problem],
) -> Rule | None:
    name = str(raw.get("id", f"第 {position} 条"))
    try:
        return Rule.model_validate(_filled(raw, given, chosen))
    except ValidationError as error:
        problems += _problems(file, name, error)
    except (KeyError, ValueError) as error:
        reason = str(error.args[0]) if error.args else str(error)
        problems.append(
            Problem(
                code="GG-RULE-002",
                severity="file",
                file=file,
                layer=name,
                reason=reason,
            )
        )
    return None


def _filled(node: Any, given: _File, chosen: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Put the chosen value wherever a rule says `{parameter: NAME}`."""
    if isinstance(node, Mapping):
        if set(node) == {"parameter"}:
            name = node["parameter"]
            if name not in given.parameters:
                message = f"没有定义参数 {name}"
                raise ValueError(message)
            try:
                return given.parameters[name].value(chosen[name])
            except ValueError as error:
                message = f"参数 {name}：{error}"
                raise ValueError(message) from error
        return {key: _filled(value, given, chosen) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, given, chosen) for value in node]
    return node


def _other_readings(
    raw: Mapping[str, Any], given: _File, chosen: Mapping[str, Any]
) -> tuple[Reading, ...]:
    found = []
    for name in sorted(_named(raw)):
        parameter = given.parameters[name]
        if not parameter.show_other_readings:
            continue
        for key, choice in parameter.choices.items():
            if key != chosen[name]:
                rule = Rule.model_validate(_filled(raw, given, {**chosen, name: key}))
                found.append(Reading(choice.words, rule))
    return tuple(found)


def _named(node: object) -> set[str]:
    if isinstance(node, Mapping):
        if set(node) == {"parameter"}:
            return {node["parameter"]}
        return set().union(*(_named(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(_named(value) for value in node))
    return set()


def _across(file: str, given: _File, rules: list[Rule]) -> list[Problem]:
    """Check what only the pack as a whole can tell: ids, sources, unused parameters."""
    ids = [rule.id for rule in rules]
    reasons = [
        (name, "编号重复") for name in sorted({i for i in ids if ids.count(i) > 1})
    ]
    reasons += [
        (rule.id, f"sources 中没有 {rule.source}")
        for rule in rules
        if rule.source not in given.sources
    ]
    unused = set(given.parameters) - _named(list(given.rules))
    reasons += [(name, "参数没有被任何规则使用") for name in sorted(unused)]
    return [
        Problem(
            code="GG-RULE-003", severity="file", file=file, layer=name, reason=reason
        )
        for name, reason in reasons
    ]


_MESSAGES = {
    "extra_forbidden": "不认识的键",
    "missing": "缺少必填项",
    "literal_error": "不在可选值之内：{expected}",
}


def _problems(file: str, layer: str, error: ValidationError) -> list[Problem]:
    return [
        Problem(
            code="GG-RULE-001",
            severity="file",
            file=file,
            layer=layer,
            column=".".join(str(part) for part in item["loc"]),
            value="" if item["type"] == "missing" else str(item.get("input", ""))[:60],
            reason=_MESSAGES.get(
                item["type"], item["msg"].removeprefix("Value error, ")
            ).format(**item.get("ctx", {})),
        )
        for item in error.errors()
    ]
