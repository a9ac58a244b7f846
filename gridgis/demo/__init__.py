"""A synthetic county, deterministic, from the figures of the source documents.

Everything here is invented: names, codes, outlines, figures. It is written as offices hold
such things, with the usual disorder, and with it what a check must come to.
"""

from gridgis.demo.build import DemoSummary, build

__all__ = ["DemoSummary", "build"]
