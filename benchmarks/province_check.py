"""Time the check of a whole province against merely reading the same files.

Run with `make bench` or `python benchmarks/province_check.py [--communities 20000]`. Both
sides are whole processes over the same folder, in turn, so their ratio holds on any machine:

- bare read: pyogrio for every vector file, calamine for every sheet, csv for every CSV;
- check: `gridgis check FOLDER --pack county --json`, and once more with its five files.

The peak is the largest resident size of a process, as the system accounts for it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

BARE_READ = """
import csv, sys
from pathlib import Path
import pyogrio
from python_calamine import CalamineWorkbook
rows = 0
for file in sorted(Path(sys.argv[1]).iterdir()):
    if file.suffix in (".gpkg", ".shp", ".geojson"):
        for name, _ in pyogrio.list_layers(file):
            rows += len(pyogrio.read_dataframe(file, layer=name, encoding=None))
    elif file.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(file))
        for name in book.sheet_names:
            rows += len(book.get_sheet_by_name(name).to_python())
    elif file.suffix == ".csv":
        raw = file.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030")
        rows += len(list(csv.reader(text.splitlines())))
print(rows)
"""

GRIDGIS = "from gridgis.cli import main; main()"


@dataclass(frozen=True)
class Run:
    """One finished process: wall seconds and peak resident size."""

    seconds: float
    peak_mb: float


def timed(*arguments: str) -> Run:
    """Run a Python process to its end and account for it."""
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - this program's own commands
        [sys.executable, "-c", *arguments], stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1, 3):
        message = f"process ended with {code}: {arguments[1:]}"
        raise RuntimeError(message)
    return Run(seconds, usage.ru_maxrss / 1024)


def show(name: str, runs: list[Run], base: list[Run] | None = None) -> float:
    """Print one line: median seconds, peak, and the median ratio pair by pair."""
    seconds = statistics.median(run.seconds for run in runs)
    peak = max(run.peak_mb for run in runs)
    line = f"{name:<34} {seconds:8.2f} s   peak {peak:7.0f} MB"
    ratio = 0.0
    if base:
        pairs = zip(runs, base, strict=True)
        ratio = statistics.median(run.seconds / bare.seconds for run, bare in pairs)
        line += f"   {ratio:5.2f} x bare read"
    print(line)
    return ratio


def main() -> None:
    """Build the province once, then run both sides in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--communities", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--folder", type=Path, help="use the files that are there already"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch) / "province"
        if not folder.exists():
            made = timed(
                GRIDGIS, "demo", str(folder), "--communities", str(options.communities)
            )
            print(f"built {options.communities} communities in {made.seconds:.0f} s")
        bare, check, full = [], [], []
        for turn in range(options.repeats):
            bare.append(timed(BARE_READ, str(folder)))
            check.append(
                timed(GRIDGIS, "check", str(folder), "--pack", "county", "--json")
            )
            out = Path(scratch) / f"out{turn}"
            if turn == 0:
                written = ("--out", str(out))
                full.append(timed(GRIDGIS, "check", str(folder), "--json", *written))
        show("bare read (pyogrio, calamine, csv)", bare)
        ratio = show("gridgis check --json", check, bare)
        show("gridgis check --out (five files)", full, bare[:1])
        peak = max(run.peak_mb for run in check)
        print(json.dumps({"ratio": round(ratio, 2), "peak_mb": round(peak)}))


if __name__ == "__main__":
    main()
