"""Time `gridgis check` of the demo county as a whole process, five files written.

Run with `python benchmarks/county_check.py`. The aim is at most 4 s from start to exit.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from province_check import GRIDGIS, show, timed

REPEATS = 5


def main() -> None:
    """Build the county once, check it five times."""
    with tempfile.TemporaryDirectory() as scratch:
        county = Path(scratch) / "county"
        timed(GRIDGIS, "demo", str(county))
        out = str(Path(scratch) / "out")
        runs = [
            timed(
                GRIDGIS,
                "check",
                str(county),
                "--pack",
                "county",
                "--out",
                out,
                "--json",
            )
            for _ in range(REPEATS)
        ]
        show("gridgis check DEMO --out", runs)


if __name__ == "__main__":
    main()
