"""Concentration: which rooms of a subject stand in one place (集中).

Two rooms are in one place if they bear the same site number, stand in the same building of
the same estate or community, or are within a stated distance of each other; transitively.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridgis.rules.rooms import Rooms

__all__ = ["Places", "group"]


@dataclass(frozen=True)
class Places:
    """The place of each chosen room, and which rooms nothing tells the place of.

    Attributes
    ----------
    label
        One number per room, the same for rooms in one place and never shared by two
        subjects; rooms whose place is unknown have labels of their own.
    is_unknown
        True where a room has no geometry, site or building and its subject has other rooms.
    """

    label: NDArray[np.intp]
    is_unknown: NDArray[np.bool_]


def group(
    rooms: Rooms, facilities: pd.DataFrame, chosen: NDArray[np.intp], distance_m: float
) -> Places:
    """Return the places of the chosen rooms (positions in `rooms.frame`).

    Parameters
    ----------
    facilities
        The facilities table the rooms came from, in a metric CRS where it has geometry.
    distance_m
        Rooms up to this far apart, wall to wall where outlines are known, are one place.
    """
    frame = rooms.frame.iloc[chosen]
    subject = rooms.subject[chosen]
    n = len(chosen)
    geometry = _geometry(facilities, rooms.facility[chosen])
    home = frame["estate_id"].fillna(frame["community_code"])
    pairs = [
        _same(subject, frame["site_id"]),
        _same(subject, home.str.cat(frame["building"], sep="\x1f")),
        _near(subject, geometry, distance_m),
    ]
    first, second = np.concatenate(pairs, axis=1)
    links = coo_array((np.ones(len(first), dtype=bool), (first, second)), shape=(n, n))
    _, label = connected_components(links, directed=False)
    nowhere = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    nowhere &= frame["site_id"].isna().to_numpy() & frame["building"].isna().to_numpy()
    alone = np.bincount(subject, minlength=1)[subject] == 1 if n else nowhere
    return Places(label.astype(np.intp), nowhere & ~alone)


def _geometry(
    facilities: pd.DataFrame, positions: NDArray[np.intp]
) -> NDArray[np.object_]:
    if isinstance(facilities, gpd.GeoDataFrame):
        return np.asarray(facilities.geometry.array, dtype=object)[positions]
    return np.full(len(positions), None, dtype=object)


def _same(subject: NDArray[np.intp], key: pd.Series) -> NDArray[np.intp]:
    """Link each room to the first one of its subject with the same key."""
    known = np.flatnonzero(key.notna().to_numpy())
    frame = pd.DataFrame(
        {"subject": subject[known], "key": key.iloc[known].to_numpy(object)}
    )
    group_of = frame.groupby(["subject", "key"], sort=False).ngroup().to_numpy()
    _, start = np.unique(group_of, return_index=True)
    return np.vstack([known, known[start[group_of]]]) if len(known) else _NO_PAIRS


def _near(
    subject: NDArray[np.intp], geometry: NDArray[np.object_], distance_m: float
) -> NDArray[np.intp]:
    located = np.flatnonzero(
        ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    )
    if not len(located):
        return _NO_PAIRS
    tree = shapely.STRtree(geometry[located])
    pairs = tree.query(geometry[located], predicate="dwithin", distance=distance_m)
    first, second = located[pairs]
    keep = (first < second) & (subject[first] == subject[second])
    return np.vstack([first[keep], second[keep]])


_NO_PAIRS = np.empty((2, 0), dtype=np.intp)
