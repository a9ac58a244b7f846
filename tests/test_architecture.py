"""The house rules that a machine can read: import direction, size, docstrings, bans."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gridgis"
MODULES = sorted(PACKAGE.rglob("*.py"))

# The floors of the house: a module may import its own floor's part and any lower floor.
FLOORS = (
    {"errors", "crs", "tables", "wording"},
    {"ingest", "rules", "grids", "access", "governance"},
    {"project", "pipeline", "scheme"},
    {"outputs"},
    {"cli", "ui"},
)
# The demo's truth must not lean on the rules it is to test.
DEMO_MAY_IMPORT = {"errors", "crs", "tables", "demo"}
GROUND = FLOORS[0]
# Slow to load: only inside the function that needs them, so that the command line
# starts in about half a second.
HEAVY = {"folium", "branca", "streamlit", "streamlit_folium", "xlsxwriter"}
HEAVY |= {"matplotlib", "openpyxl", "opencc", "rasterio", "exactextract"}
# A page is loaded by Streamlit itself.
LOADED_BY_STREAMLIT = "ui"
MAX_LINES = 500
MAX_MEDIAN_LINES = 250


def name_of(path: Path) -> str:
    """Return how a test names a module."""
    return path.relative_to(ROOT).as_posix()


def part_of(path: Path) -> str:
    """Return the part of the house a module is in: its package or its own name."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[str]:
    """Return the dotted names that a tree imports anywhere."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the direction"
            base = node.module or ""
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return names


def imported_at_load(tree: ast.Module) -> set[str]:
    """Return the top packages imported when the module is loaded."""
    names: set[str] = set()
    nodes: list[ast.AST] = list(tree.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            nodes += node.orelse
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {name.split(".")[0] for name in imported(node)}
        nodes += list(ast.iter_child_nodes(node))
    return names


def house_parts(names: set[str]) -> set[str]:
    """Return the parts of the house among imported names."""
    pieces = [name.split(".") for name in names if name.startswith("gridgis.")]
    known = set().union(*FLOORS) | {"demo"}
    return {piece[1] for piece in pieces} & known


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_downwards(path: Path) -> None:
    part = part_of(path)
    parts = house_parts(imported(tree_of(path)))
    if part == "demo":
        assert parts <= DEMO_MAY_IMPORT
        return
    if part in {"__init__", "__main__"}:
        assert part == "__main__" or not parts
        return
    floor = next((i for i, names in enumerate(FLOORS) if part in names), None)
    assert floor is not None, f"{part} has no place in the house (FLOORS)"
    below = set().union(*FLOORS[:floor])
    if floor == len(FLOORS) - 1:
        below |= {"demo", "ui"} if part == "cli" else {"demo"}
    # On the ground floor and in the pipeline's, neighbours lean on one another.
    beside = FLOORS[floor] if FLOORS[floor] in (GROUND, FLOORS[2]) else {part}
    assert parts <= below | beside


def test_the_import_map_sees_a_forbidden_import() -> None:
    tree = ast.parse("def f():\n    from gridgis.outputs import maps\n")

    assert house_parts(imported(tree)) == {"outputs"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_packages_are_imported_where_they_are_used(path: Path) -> None:
    loaded = imported_at_load(tree_of(path)) & HEAVY
    if part_of(path) == LOADED_BY_STREAMLIT:
        loaded -= {"streamlit"}
    assert not loaded


@pytest.mark.skipif(
    not (PACKAGE / "cli.py").is_file(), reason="the command line is not built yet"
)
def test_the_command_line_starts_without_the_heavy_packages() -> None:
    code = f"import sys, gridgis.cli; print(set({sorted(HEAVY)}) & set(sys.modules))"

    answer = subprocess.run(  # noqa: S603 - our own interpreter, our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "set()"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_stay_readable_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_the_median_module_is_small() -> None:
    lines = sorted(
        len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES
    )

    assert lines[len(lines) // 2] <= MAX_MEDIAN_LINES


def undocumented(tree: ast.Module) -> list[str]:
    """Return the public names without a docstring: module, classes, functions."""
    missing = [] if ast.get_docstring(tree) else ["module"]
    holders: list[ast.Module | ast.ClassDef] = [tree]
    while holders:
        for node in holders.pop().body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef):
                continue
            if node.name.startswith("_"):
                continue
            overloaded = any("overload" in ast.dump(d) for d in node.decorator_list)
            if not ast.get_docstring(node) and not overloaded:
                missing.append(node.name)
            if isinstance(node, ast.ClassDef):
                holders.append(node)
    return missing


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_public_name_is_documented(path: Path) -> None:
    assert undocumented(tree_of(path)) == []


def test_an_undocumented_name_is_seen() -> None:
    tree = ast.parse('"""M."""\nclass A:\n    """A."""\n    def f(self): ...\n')

    assert undocumented(tree) == ["f"]


def safe_loaders(tree: ast.Module) -> set[str]:
    """Return the names of the module's own classes made from yaml.SafeLoader."""
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and [ast.unparse(base) for base in node.bases] == ["yaml.SafeLoader"]
    }


def _is_name(node: ast.expr) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)


def banned_call(call: ast.Call, tree: ast.Module) -> list[str]:
    """Return what is wrong with calling this."""
    match call.func:
        case ast.Name(id="eval" | "exec" | "print" as name):
            return [name]
        case ast.Attribute(value=ast.Name(id="yaml"), attr="load"):
            loaders = {k.value.id for k in call.keywords if _is_name(k.value)}
            return [] if loaders and loaders <= safe_loaders(tree) else ["yaml.load"]
        case ast.Attribute(attr="drop"):
            return []
    ignored = [k for k in call.keywords if ast.unparse(k) == "errors='ignore'"]
    return ["errors=ignore"] if ignored else []


def banned(tree: ast.Module) -> list[str]:
    """Return what a module does that no module may do."""
    found: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                found += banned_call(node, tree)
            case ast.ExceptHandler(type=None):
                found.append("bare except")
            case ast.ExceptHandler(type=caught):
                names = {n.id for n in ast.walk(caught) if isinstance(n, ast.Name)}
                found += [f"except {n}" for n in names & {"Exception", "BaseException"}]
            case ast.Attribute(attr="read_pickle" | "to_pickle" as name):
                found.append(name)
            case ast.Import(names=names) if any(n.name == "pickle" for n in names):
                found.append("pickle")
            case ast.keyword(arg="unsafe_allow_html" | "inplace" as name):
                found.append(name)
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_does_what_none_may(path: Path) -> None:
    assert banned(tree_of(path)) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("try: f()\nexcept Exception: pass", "except Exception"),
        ("try: f()\nexcept (OSError, BaseException): pass", "except BaseException"),
        ("eval('1')", "eval"),
        ("yaml.load(text)", "yaml.load"),
        ("yaml.load(text, Loader=Loader)", "yaml.load"),
        ("import pickle", "pickle"),
        ("pd.read_pickle(path)", "read_pickle"),
        ("st.markdown(text, unsafe_allow_html=True)", "unsafe_allow_html"),
        ("frame.drop(columns='a', inplace=True)", "inplace"),
        ("open(path, errors='ignore')", "errors=ignore"),
    ],
)
def test_each_ban_is_seen(source: str, expected: str) -> None:
    assert banned(ast.parse(source)) == [expected]


def test_dropping_a_column_that_may_be_absent_loses_no_data() -> None:
    assert banned(ast.parse("frame.drop(columns='a', errors='ignore')")) == []


ADDRESS = re.compile(r"https?://(?!127\.0\.0\.1|localhost|\[::1\]|www\.w3\.org/)")
"""An outside address. Names of XML vocabularies at w3.org are never asked for."""


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_names_an_outside_address(path: Path) -> None:
    assert ADDRESS.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for suffix in ("*.js", "*.css", "*.html")
        for path in PACKAGE.rglob(suffix)
        if "assets" not in path.parts
    ),
    ids=name_of,
)
def test_no_page_part_of_ours_names_an_outside_address(path: Path) -> None:
    assert ADDRESS.findall(path.read_text(encoding="utf-8")) == []
