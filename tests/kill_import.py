"""Kill an importing process at random moments; print what was found as JSON.

Run as `kill_import.py FOLDER KILLS`: one process loads the libraries, then forks for each
kill. Half of the kills meet the making of a project, half a merge into one.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import builders
from imported import imported

from gridgis.ingest import Import
from gridgis.project import store
from gridgis.project.columns import content_hash

ROWS = 3000
WHO = {
    "author": "a",
    "message": "m",
    "at": datetime(2026, 7, 1, tzinfo=UTC),
}


def rooms(first: int, area: float) -> Import:
    """Return an import of rooms, numbered from `first`, each of one area."""
    numbers = range(first, first + ROWS)
    rows = [{"facility_id": f"F{i}", "floor_area_m2": area} for i in numbers]
    places = builders.points(*((float(i % 97), float(i // 97)) for i in numbers))
    return imported(facilities=builders.table("facilities", rows, places))


def killed(path: Path, given: Import, delay_s: float) -> bool:
    """Import in a process of its own, kill it after a delay, say if it had finished."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        store.save_import(path, given, **WHO)
        os.write(write, b"saved")
        time.sleep(60)
        os._exit(0)
    os.close(write)
    time.sleep(delay_s)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    with os.fdopen(read, "rb") as pipe:
        return pipe.read() == b"saved"


def state(path: Path) -> tuple[int, int, float]:
    """Return version, rows and total area of a project that must be whole."""
    table = store.load(path)["facilities"]
    version = store.latest(path)
    assert content_hash(store.load(path)) == version.content_hash
    assert store.verify(path) == ()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        check = "SELECT rtreecheck('rtree_facilities_geom')"
        assert connection.execute(check).fetchone() == ("ok",)
    return version.number, len(table), float(table["floor_area_m2"].sum())


def main(folder: Path, kills: int) -> dict[str, object]:
    """Return how many kills there were and what they did."""
    chance = random.Random(1)  # noqa: S311 - moments, not secrets
    first, second = rooms(0, 10.0), rooms(ROWS // 2, 20.0)
    base = folder / "base.gpkg"
    begun = time.perf_counter()
    store.save_import(base, first, **WHO)
    whole_s = {False: time.perf_counter() - begun}
    begun = time.perf_counter()
    shutil.copy(base, folder / "timed.gpkg")
    store.save_import(folder / "timed.gpkg", second, **WHO)
    whole_s[True] = time.perf_counter() - begun
    # Worked by hand: 3,000 rooms of 10 ㎡; then 1,500 of 10 and 3,000 of 20.
    old, new = (1, ROWS, 10.0 * ROWS), (2, ROWS * 3 // 2, 75_000.0)
    report: dict[str, object] = {"kills": kills, "before_ack": 0}
    lost: list[str] = []
    broken: list[str] = []
    for number in range(kills):
        merging = number % 2 == 1
        path = folder / f"{number}.gpkg"
        if merging:
            shutil.copy(base, path)
        delay = chance.uniform(0.0, 1.3 * whole_s[merging])
        saved = killed(path, second if merging else first, delay)
        report["before_ack"] = int(str(report["before_ack"])) + (not saved)
        allowed = [new] if saved and merging else [old] if saved else []
        if not saved:
            allowed = [old, new] if merging else [old]
        if not path.exists():
            (lost if saved or merging else []).append(f"{number}: no file")
            continue
        found = state(path)
        if found not in allowed:
            (lost if saved else broken).append(f"{number}: {found}")
    return report | {"lost": lost, "broken": broken}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201
