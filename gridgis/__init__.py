"""Check communities, estates and grids against the rules, and show what is missing."""

__version__ = "0.1.0"
