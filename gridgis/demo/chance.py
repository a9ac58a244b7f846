"""Chance that repeats: every draw hangs on a name and the seed, never on the order of work."""

from __future__ import annotations

from random import Random

__all__ = ["happens", "seeded"]


def seeded(*names: object) -> Random:
    """Return a source of chance of its own for these names; the same names, the same draws."""
    return Random("-".join(str(name) for name in names))  # noqa: S311 (no secret hangs on it)


def happens(rng: Random, share: float) -> bool:
    """Draw whether something happens that happens in this share of cases."""
    return rng.random() < share
