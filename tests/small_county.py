"""A small project that can be worked on paper, for tests of the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import builders
from imported import imported

from gridgis.project import store

AT = datetime(2026, 7, 1, 8, tzinfo=UTC)


def room(number: int, community: str, area_m2: float | None, **more: object) -> dict:
    """Return an office in use in a community."""
    return {
        "facility_id": f"F{number}",
        "name": f"用房{number}",
        "community_code": community,
        "use": "office",
        "floor_area_m2": area_m2,
        "status": "in_use",
        "tenure": "owned",
        **more,
    }


def save_project(path: Path) -> Path:
    """Save a project of four communities in two streets and one new estate.

    Of 300 ㎡ asked, C1 has 200 + 150 = 350 (passes), C2 226 (lacks 74), C3 no room at all
    (not assessed), C4 1,000 (passes). The estate D has 1,000 + 237 households, so it needs
    618.5 ㎡, and has 420 + 124.5 = 544.5 ㎡ (lacks 74).
    """
    names = ("东街社区", "西街社区", "<img src=x onerror=alert(1)>", "北门社区")
    communities = builders.communities(*names, side_m=1000.0)
    communities.loc[2:, "street"] = "西城街道"
    inside = {"estate_id": "E1", "status": "planned", "tenure": "allocated"}
    estate = {"name": "花园", "community_code": "C1", "kind": "new", "development": "D"}
    store.save_import(
        path,
        imported(
            communities=communities,
            facilities=[
                room(1, "C1", 200.0),
                room(2, "C1", 150.0),
                room(3, "C2", 226.0),
                room(4, "C4", 1000.0),
                room(5, "C9", 420.0, **inside),
                room(6, "C9", 124.5, **inside),
            ],
            estates=[
                {
                    "estate_id": "E1",
                    "planned_dwellings": 1000.0,
                    "phase": 1.0,
                    **estate,
                },
                {"estate_id": "E2", "planned_dwellings": 237.0, "phase": 2.0, **estate},
            ],
        ),
        author="测试",
        message="首次导入",
        at=AT,
    )
    return path
