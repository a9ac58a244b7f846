"""What the user may say about files beyond the files themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from gridgis.crs import Datum

__all__ = ["Progress", "ReadOptions"]

Progress = Callable[[float, str], None]
"""Called with the share done (0–1) and what is being done."""


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """Answers to the questions that a file leaves open.

    Parameters
    ----------
    mapping
        Header as given → field name; "-" keeps a column without using it.
    table
        The table that the rows belong to, where headers do not tell.
    crs
        Coordinate reference of layers that state none ("EPSG:4547").
    datum
        What coordinates in degrees refer to, where it is not WGS 84 or CGCS2000.
    encoding
        Encoding of csv and dbf text.
    per_file
        Answers for single files, by file name; they go before the general ones.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    table: str | None = None
    crs: str | None = None
    datum: Datum | None = None
    encoding: str | None = None
    per_file: Mapping[str, ReadOptions] = field(default_factory=dict)

    def for_file(self, name: str) -> ReadOptions:
        """Return the answers that hold for one file."""
        own = self.per_file.get(name)
        if own is None:
            return replace(self, per_file={})
        return ReadOptions(
            mapping={**self.mapping, **own.mapping},
            table=own.table or self.table,
            crs=own.crs or self.crs,
            datum=own.datum or self.datum,
            encoding=own.encoding or self.encoding,
        )
