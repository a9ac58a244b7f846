"""One code for each community, whichever of its files state one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from gridgis.ingest.assign import unresolved
from gridgis.ingest.names import code_key, is_damaged, name_keys
from gridgis.ingest.places import Register
from gridgis.ingest.quantities import Fault
from gridgis.ingest.records import TableLayer, refuse

__all__ = ["unify_codes"]

_IDENTITY = ["community_code", "name", "street", "county"]
_NAMELESS = Fault("GG-CODE-003", "没有社区代码，也没有社区名称", "请填写社区代码或名称")
_CODELESS = Fault(
    "GG-CODE-004", "社区没有代码，以“街道·名称”代替", "建议补充 12 位社区代码"
)


def unify_codes(layers: Sequence[TableLayer]) -> list[TableLayer]:
    """Return layers of communities, every row with a code.

    Rows without one take the code of the community with the same name and street in another
    layer; where there is none, street and name stand for the code.
    """
    stated = [_identity(layer) for layer in layers]
    if all(
        rows["community_code"].notna().all() and "community_code" in layer.frame
        for rows, layer in zip(stated, layers, strict=True)
    ):
        return list(layers)
    known = pd.concat(stated, ignore_index=True).dropna(subset="community_code")
    # Of several names of one code, one with a lost character goes last.
    known = known.sort_values(
        "name", key=lambda name: name.map(is_damaged), kind="stable"
    )
    known = known[~code_key(known["community_code"]).duplicated()]
    register = Register(known)
    return [_coded(layer, register) for layer in layers]


def _identity(layer: TableLayer) -> pd.DataFrame:
    return layer.frame.reindex(columns=_IDENTITY).astype("str")


def _coded(layer: TableLayer, register: Register) -> TableLayer:
    """Return the layer with a code in every row; rows without code and name are refused."""
    own = _identity(layer)
    header = layer.matches.given("name") or ""
    nameless = own["community_code"].isna() & own["name"].isna()
    layer = refuse(layer, own.index[nameless].tolist(), header, _NAMELESS)
    own = own[~nameless]
    words = own[own["community_code"].isna()].drop(columns="community_code").fillna("")
    keys = zip(*(name_keys(words[name]) for name in words), strict=True)
    problems, codes = [], []
    for row, given, key in zip(
        words.index, words.itertuples(index=False), keys, strict=True
    ):
        found = register.find(*key)
        made = "·".join(filter(None, map(str, (given.street, given.name))))
        codes.append(found[0] if len(found) == 1 else made)
        if len(found) != 1 and len(register):
            fault = unresolved(str(given.name), key, len(found), 1, register)
            reason = fault.reason.replace("未归入任何社区", "作为另一个社区载入")
            fault = replace(fault, reason=reason)
            problems.append(layer.problem("warn", fault, header, int(row)))
    if codes and not len(register):
        problems.append(layer.problem("note", _CODELESS))
    code = own["community_code"].copy()
    code[words.index] = codes
    return replace(layer, frame=layer.frame.assign(community_code=code)).telling(
        *problems
    )
