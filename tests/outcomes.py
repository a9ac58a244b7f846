"""Results of a small county, worked by hand.

C1 达标社区 has an office of 300 ㎡: at the limit of S01, it passes. C2 has 226 ㎡ and lacks
74. C3's room has no area, so S01 is not assessed. C4 lacks 270 of 300.
"""

from __future__ import annotations

import builders

from gridgis.pipeline import Results, assess
from gridgis.rules.packs import load_pack

HOSTILE = '=HYPERLINK("x","y")'
"""Name of C2: text that a spreadsheet would run."""

NAMES = ("达标社区", HOSTILE, "+社区", "缺口社区")
AREAS = (300.0, 226.0, None, 30.0)


def small_results() -> Results:
    """Return the results of the county pack for the four communities."""
    rooms = [
        {
            "facility_id": f"F{number}",
            "name": f"@用房{number}",
            "community_code": f"C{number}",
            "use": "office",
            "status": "in_use",
            "tenure": "owned",
            "floor_area_m2": area,
        }
        for number, area in enumerate(AREAS, start=1)
    ]
    places = builders.points(*((100.0 * n + 50, 50.0) for n in range(len(AREAS))))
    data = builders.dataset(
        communities=builders.communities(*NAMES),
        facilities=builders.table("facilities", rooms, places),
    )
    return assess(data, [load_pack("county")], builders.DAY)
