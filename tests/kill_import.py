"""Harm importing processes; print what was found as JSON.

`kill_import.py kill FOLDER KILLS` kills them at random moments: half of the kills meet the
making of a project, half a merge into one. `kill_import.py full FOLDER POINTS` lets them
write only so many bytes to a file. One process loads the libraries, then forks for each.
"""

from __future__ import annotations

import json
import os
import random
import resource
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

from gridgis.errors import StoreError
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


def kill(folder: Path, kills: int) -> dict[str, object]:
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


def limited(path: Path, given: Import, limit: int) -> str:
    """Import in a process whose files may grow to `limit` bytes; say how it ended."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            store.save_import(path, given, **WHO)
            os.write(write, b"saved")
        except StoreError as error:
            os.write(write, f"told {error}".encode())
        os._exit(0)
    os.close(write)
    os.waitpid(process, 0)
    with os.fdopen(read, "rb") as pipe:
        return pipe.read().decode()


def fill(folder: Path, points: int) -> dict[str, object]:
    """Return how imports end when the disk is full after so many bytes."""
    first, second = rooms(0, 10.0), rooms(ROWS // 2, 20.0)
    base = folder / "base.gpkg"
    store.save_import(base, first, **WHO)
    whole = base.stat().st_size
    other: list[str] = []
    counts = {"told": 0, "saved": 0}
    for number in range(points):
        merging = number % 2 == 1
        path = folder / f"{number}.gpkg"
        if merging:
            shutil.copy(base, path)
        limit = whole * (number + 1) // (points - 2)
        ended = limited(path, second if merging else first, limit)
        word = ended.partition(" ")[0]
        counts[word] = counts.get(word, 0) + 1
        if word == "told" and not ("磁盘" in ended or "无法写入" in ended):
            other.append(ended)
        expected = None
        if merging:
            expected = 2 if word == "saved" else 1
        elif word == "saved":
            expected = 1
        found = state(path)[0] if path.exists() else None
        if found != expected:
            other.append(f"{number}: {ended}, {found} instead of {expected}")
        left = [item.name for item in folder.iterdir() if ".tmp" in item.name]
        if left:
            other.append(f"{number}: left {left}")
    return {"points": points, "other": other, **counts}


if __name__ == "__main__":
    harm = {"kill": kill, "full": fill}[sys.argv[1]]
    print(json.dumps(harm(Path(sys.argv[2]), int(sys.argv[3]))))  # noqa: T201
