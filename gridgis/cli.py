"""The command line: read, one call, write. It contains no analysis.

Exit codes of `check`: 0 conforming · 1 nonconforming · 2 unusable input or usage · 3
inconclusive. Of `inspect` and `import`: 0 clean · 1 loaded with warnings or rejected rows ·
2 refused · 3 a question is open.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridgis.errors import GridgisError, InputError

if TYPE_CHECKING:
    import pandas as pd

    from gridgis.ingest import Import, ReadOptions
    from gridgis.pipeline import Progress, Results
    from gridgis.rules.packs import RulePack
    from gridgis.tables import Dataset

__all__ = ["app", "main"]

UNUSABLE = 2
_WHY_NOT = {
    "ask": "有问题要先回答（见上，用 --crs、--datum、--as 或 --map）",
    "refused": "有文件不能读取；请改正，或去掉该文件后重试",
}
_OVERALL_EXIT = {"conforming": 0, "nonconforming": 1, "inconclusive": 3}
_IMPORT_EXIT = {"ok": 0, "warn": 1, "refused": 2, "ask": 3}

app = typer.Typer(
    name="gridgis",
    help="社区网格与服务设施达标分析：读取台账和图形，逐条判定，说明缺口。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
rules_app = typer.Typer(help="查看和检查规则包。", no_args_is_help=True)
app.add_typer(rules_app, name="rules")

Files = Annotated[list[Path], typer.Argument(help="文件或文件夹，格式按内容识别")]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="GIVEN=FIELD", help="把列名对应到字段，可多次给出"),
]
CrsOption = Annotated[str | None, typer.Option("--crs", help="坐标系，例如 EPSG:4547")]
DatumOption = Annotated[
    str | None, typer.Option("--datum", help="基准：cgcs2000、wgs84、gcj02、bd09")
]
EncodingOption = Annotated[
    str | None, typer.Option("--encoding", help="文字编码，例如 gb18030")
]
TableOption = Annotated[
    str | None,
    typer.Option("--as", metavar="TABLE", help="文件属于哪张表，例如 facilities"),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="只在标准输出打印一个 JSON 对象")
]
PackOption = Annotated[
    list[str] | None,
    typer.Option("--pack", metavar="NAME|FILE", help="规则包，可多次给出；默认 county"),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="改变规则包参数的取值，可多次给出"
    ),
]


def main() -> None:
    """Run the command line; every refusal is a sentence, never a traceback."""
    sys.excepthook = _report_fault
    # Calling `app` itself would put typer's own hook, and its traceback, in place.
    command = typer.main.get_command(app)
    try:
        command()
    except GridgisError as error:
        typer.echo(str(error), err=True)
        sys.exit(UNUSABLE)
    except OSError as error:
        reason = _OS_REASONS.get(error.errno or 0, "无法读写")
        typer.echo(f"{reason}：{error.filename or ''}；请检查路径和权限", err=True)
        sys.exit(UNUSABLE)


_OS_REASONS = {
    errno.EACCES: "没有权限",
    errno.EROFS: "所在磁盘为只读",
    errno.ENOSPC: "磁盘空间不足",
    errno.ENOENT: "找不到文件或文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "这是文件夹，不是文件",
}


def _report_fault(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Keep the details of an unexpected fault in a log, and tell the user where it is."""
    if issubclass(kind, KeyboardInterrupt):
        typer.echo("已取消，没有留下未完成的文件", err=True)
        os._exit(130)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    handle, name = tempfile.mkstemp(
        prefix=f"gridgis-{stamp}-", suffix=".log", text=True
    )
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.writelines(traceback.format_exception(kind, error, trace))
    sentence = f"[GG-INT-001] 程序内部出错，没有写出结果；请把记录交给维护人员：{name}"
    typer.echo(sentence, err=True)
    # Python would exit with 1, which means "nonconforming" here.
    os._exit(UNUSABLE)


@app.command(epilog="例：gridgis demo demo --seed 1")
def demo(
    directory: Annotated[Path, typer.Argument(help="写到哪个文件夹")],
    communities: Annotated[int, typer.Option(help="社区个数")] = 81,
    seed: Annotated[int, typer.Option(help="随机种子，同一种子得到同样的数据")] = 1,
    clean: Annotated[bool, typer.Option("--clean", help="不埋设缺陷")] = False,
) -> None:
    """Write a synthetic county as the files that users hold (合成数据)."""
    from gridgis.demo import build

    with _progress("正在生成合成县") as progress:
        made = build(
            directory,
            communities=communities,
            seed=seed,
            clean=clean,
            progress=progress,
        )
    typer.echo(str(made), err=True)


@app.command(epilog="例：gridgis inspect 社区台账.xlsx 社区边界.shp --json")
def inspect(
    files: Files,
    mapping: MapOption = None,
    table: TableOption = None,
    crs: CrsOption = None,
    datum: DatumOption = None,
    encoding: EncodingOption = None,
    rows: Annotated[int, typer.Option("--rows", help="每层列出前几行")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Say what files hold and what an import would do, without storing anything."""
    imported = _read(files, _options(mapping, table, crs, datum, encoding))
    if as_json:
        _print_json(imported.as_dict(rows=rows))
    else:
        _print_report(imported)
    raise typer.Exit(_IMPORT_EXIT[imported.outcome])


@app.command("import", epilog="例：gridgis import 县.gpkg 社区台账.xlsx 社区边界.shp")
def import_(
    project: Annotated[Path, typer.Argument(help="项目文件（.gpkg），没有则新建")],
    files: Files,
    mapping: MapOption = None,
    table: TableOption = None,
    crs: CrsOption = None,
    datum: DatumOption = None,
    encoding: EncodingOption = None,
    message: Annotated[str, typer.Option("--message", help="这次导入的说明")] = "",
) -> None:
    """Read files into a project file; one import is one version."""
    from gridgis.project import store
    from gridgis.tables import TABLES

    known = store.load(project) if project.exists() else None
    options = _options(mapping, table, crs, datum, encoding)
    with _progress("正在读取") as progress:
        imported = _read(files, options, progress, known)
    _print_report(imported)
    if imported.outcome in ("ok", "warn"):
        version = store.save_import(
            project,
            imported,
            author=os.environ.get("USER") or os.environ.get("USERNAME") or "",
            message=message or "导入 " + "、".join(file.name for file in files),
            at=datetime.now(UTC),
        )
        typer.echo(f"已写入 {project}，版本 {version}", err=True)
        for name, change in store.latest(project).changes.items():
            counts = (
                f"新增 {change.added}、更新 {change.updated}、未变 {change.unchanged}"
            )
            typer.echo(f"  {TABLES[name].title}：{counts}", err=True)
    else:
        typer.echo(f"没有写入任何内容：{_WHY_NOT[imported.outcome]}", err=True)
    raise typer.Exit(_IMPORT_EXIT[imported.outcome])


@app.command(epilog="例：gridgis check demo --pack county --out out")
def check(
    files: Files,
    pack: PackOption = None,
    on: Annotated[
        str | None, typer.Option("--on", help="按哪一天判定，默认今天")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="结果写到哪个文件夹")
    ] = None,
    as_json: JsonOption = False,
    mapping: MapOption = None,
    crs: CrsOption = None,
    datum: DatumOption = None,
    encoding: EncodingOption = None,
    parameters: SetOption = None,
) -> None:
    """Judge a project, files or a folder by rule packs, and say what is missing."""
    from gridgis.pipeline import assess, summary

    started = time.perf_counter()
    packs = _packs(pack, parameters)
    day = _day(on)
    with _progress("正在判定") as progress:
        chosen = _options(mapping, None, crs, datum, encoding)
        opened = _open(files, chosen, progress)
        results = assess(opened.data, packs, day, progress=progress)
        written = _write(results, opened, out, progress)
    counts = summary(results) | {"seconds": round(time.perf_counter() - started, 2)}
    if as_json:
        _print_json(counts)
    else:
        _print_verdicts(results, counts, opened, written)
    raise typer.Exit(_OVERALL_EXIT[counts["overall"]])


@rules_app.command("list", epilog="例：gridgis rules list")
def rules_list() -> None:
    """List the rule packs that come with the program."""
    from gridgis.rules.packs import available_packs, load_pack

    for name in available_packs():
        pack = load_pack(name)
        typer.echo(f"{name}\t{pack.title}\t{pack.place}\t{len(pack.rules)} 条")


@rules_app.command("show", epilog="例：gridgis rules show county")
def rules_show(name: Annotated[str, typer.Argument(help="规则包名称或文件")]) -> None:
    """Show every rule of a pack with its source, dates and parameters."""
    from gridgis.rules.packs import load_pack
    from gridgis.wording import LEVELS, SOURCE_STATUS, SUBJECTS

    pack = load_pack(name)
    typer.echo(f"{pack.title}（{pack.place}，版本 {pack.version}）\n{pack.note}\n")
    for rule in pack.rules:
        source = pack.sources[rule.source]
        dates = _dates(rule.effective_from, rule.effective_to)
        typer.echo(
            f"{rule.id}  {SUBJECTS[rule.subject]}  {LEVELS[rule.level]}  {rule.title}"
        )
        typer.echo(f"    {rule.text}{dates}")
        typer.echo(
            f"    {source.title} {rule.clause}（{SOURCE_STATUS[source.status]}）"
        )
    typer.echo("\n参数")
    for key, parameter in pack.parameters.items():
        choices = "、".join(
            f"{name}={choice.words}" for name, choice in parameter.choices.items()
        )
        shown = f"（可选：{choices}）" if choices else ""
        typer.echo(f"    {key} = {pack.chosen[key]}  {parameter.meaning}{shown}")


@rules_app.command("validate", epilog="例：gridgis rules validate 我县规则.yaml")
def rules_validate(
    file: Annotated[Path, typer.Argument(help="规则包 YAML 文件")],
) -> None:
    """Check a rule pack of one's own, all mistakes at once."""
    from gridgis.rules.packs import load_pack

    pack = load_pack(file)
    typer.echo(f"{file.name} 有效：{pack.title}，{len(pack.rules)} 条规则")


@app.command("app", epilog="例：gridgis app 县.gpkg")
def app_(
    project: Annotated[Path | None, typer.Argument(help="项目文件，可以不给")] = None,
    port: Annotated[int, typer.Option("--port", help="端口")] = 8501,
    browser: Annotated[bool, typer.Option(help="自动打开浏览器")] = True,
) -> None:
    """Open the pages in the browser, on this computer only."""
    from gridgis.ui.launch import serve

    serve(project, port=port, browser=browser)


def _options(
    mapping: list[str] | None,
    table: str | None,
    crs: str | None,
    datum: str | None,
    encoding: str | None,
) -> ReadOptions:
    from gridgis.crs import as_datum
    from gridgis.ingest import ReadOptions

    return ReadOptions(
        mapping=_pairs(mapping, "--map"),
        table=table,
        crs=crs,
        datum=as_datum(datum),
        encoding=encoding,
    )


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    pairs = {}
    for text in given or []:
        key, sign, value = text.partition("=")
        if not sign or not key or not value:
            message = f"{option} 应写成 名称=取值，给出的是“{text}”"
            raise InputError(message)
        pairs[key.strip()] = value.strip()
    return pairs


def _packs(names: list[str] | None, given: list[str] | None) -> list[RulePack]:
    import yaml

    from gridgis.rules.packs import load_pack

    chosen = {
        key: yaml.safe_load(value) for key, value in _pairs(given, "--set").items()
    }
    packs = [load_pack(name, chosen) for name in names or ["county"]]
    known = set().union(*(pack.parameters for pack in packs))
    if unknown := sorted(set(chosen) - known):
        message = f"所选规则包没有参数：{'、'.join(unknown)}"
        raise InputError(message, remedy=f"可用参数：{'、'.join(sorted(known))}")
    return packs


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"--on 应写成 2026-06-30 的样子，给出的是“{text}”"
        raise InputError(message) from error


def _read(
    files: Sequence[Path],
    options: ReadOptions,
    progress: Progress | None = None,
    known: Dataset | None = None,
) -> Import:
    from gridgis.ingest import expand, read

    return read(expand(files), options, progress, known=known)


@dataclass(frozen=True)
class _Opened:
    """The tables to judge, the rows that did not make it into them, and their files."""

    data: Dataset
    rejected: pd.DataFrame
    inputs: dict[str, str]


def _open(files: Sequence[Path], options: ReadOptions, progress: Progress) -> _Opened:
    """Return the tables of a project file, or of bare files."""
    import pandas as pd

    from gridgis.project import store

    if len(files) == 1 and store.is_project(files[0]):
        # A file given again answers for its earlier self.
        latest = {one.file: one for one in store.imports(files[0])}
        refused = [one.rejected for one in latest.values() if len(one.rejected)]
        return _Opened(
            store.load(files[0]),
            pd.concat(refused, ignore_index=True) if refused else pd.DataFrame(),
            {name: one.sha256 for name, one in latest.items()},
        )
    imported = _read(files, options, progress)
    if imported.outcome in ("ask", "refused"):
        _print_report(imported)
        typer.echo(f"没有判定：{_WHY_NOT[imported.outcome]}", err=True)
        raise typer.Exit(_IMPORT_EXIT[imported.outcome])
    inputs = {file.file: file.sha256 for file in imported.files}
    return _Opened(imported.data, imported.rejected, inputs)


def _write(
    results: Results, opened: _Opened, out: Path | None, progress: Progress
) -> list[Path]:
    if out is None:
        return []
    from gridgis.outputs import write_results

    return write_results(
        results,
        out,
        rejected=opened.rejected,
        inputs=opened.inputs,
        progress=progress,
    )


def _print_json(content: dict[str, Any]) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))


def _print_report(imported: Import) -> None:
    """Print per file what was read, then every problem with place, reason and remedy."""
    for file in imported.files:
        typer.echo(file.sentence, err=True)
        for problem in file.problems:
            typer.echo(f"  {problem}", err=True)
    for problem in imported.relations:
        typer.echo(f"  {problem}", err=True)


_SHOWN = 10


def _print_verdicts(
    results: Results,
    counts: dict[str, Any],
    opened: _Opened,
    written: list[Path],
) -> None:
    from rich.console import Console
    from rich.table import Table

    from gridgis.governance.colours import shade
    from gridgis.governance.rollup import attention
    from gridgis.wording import OUTCOMES, OVERALL

    console = Console(soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("规则", "内容", "限值"):
        table.add_column(title, overflow="fold")
    for title in OUTCOMES.values():
        table.add_column(title, justify="right", no_wrap=True)
    for rule_id, rule in results.rules.iterrows():
        numbers = [str(counts["outcomes"][rule_id][outcome]) for outcome in OUTCOMES]
        table.add_row(str(rule_id), rule["title"], rule["text"], *numbers)
    console.print(table)
    worst = attention(results.verdicts, results.rules["title"])
    for row in worst.head(_SHOWN).to_dict("records"):
        mark = shade(str(row["colour"])).symbol
        console.print(f"{mark} {row['subject_name']}  {row['sentence']}", markup=False)
    if len(worst) > _SHOWN:
        more = len(worst) - _SHOWN
        console.print(f"… 另有 {more} 个不达标或预警，用 --out 写出全部")
    if len(opened.rejected):
        where = "report.xlsx 的“未载入”表" if written else "gridgis inspect"
        console.print(f"有 {len(opened.rejected)} 行没有载入，原因见 {where}")
    for path in written:
        console.print(f"已写出 {path}", markup=False)
    console.print(f"结论：{OVERALL[counts['overall']]}（用时 {counts['seconds']} 秒）")


def _dates(start: date | None, end: date | None) -> str:
    if start is None and end is None:
        return ""
    return f"（{start or '…'} 至 {end or '…'}）"


@contextmanager
def _progress(title: str) -> Iterator[Progress]:
    """Show a bar on stderr while work is done, and nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _fraction, _message: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda fraction, message: bar.update(
            task, completed=fraction, description=message
        )
