"""Find a Chromium for the browser tests, or install one; print where it is.

In order: what GRIDGIS_CHROMIUM says; a browser on this machine; Debian's package where
this user may install it; Playwright's own. Where there is none, one plain sentence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "msedge",
    "chrome",
)
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
NOT_FOUND = (
    "没有找到 Chromium，也无法安装：请安装 Chromium 或 Chrome，"
    "或用环境变量 GRIDGIS_CHROMIUM 指明它的位置，再运行 make test。"
)


def stated() -> Path | None:
    """Return the browser the user names; stop where there is nothing at that place."""
    given = os.environ.get("GRIDGIS_CHROMIUM")
    if not given:
        return None
    found = shutil.which(given)
    if found is None:
        message = f"GRIDGIS_CHROMIUM 指向的 {given} 不存在或不能运行。"
        raise SystemExit(message)
    return Path(found)


def installed() -> Path | None:
    """Return a browser of this machine."""
    places = [shutil.which(name) for name in (*NAMES, *ELSEWHERE)]
    return next((Path(place) for place in places if place), None)


def _run(*command: str) -> bool:
    """Run a command, its words on stderr; say whether it succeeded."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            command, stdout=sys.stderr, env=environment, check=False, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _as_root() -> list[str] | None:
    """Return what to put before a command to run it as root, None where we may not."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    return (
        ["sudo", "-n"] if shutil.which("sudo") and _run("sudo", "-n", "true") else None
    )


def from_debian() -> Path | None:
    """Install Debian's Chromium where this user may."""
    root = _as_root()
    if root is None or not shutil.which("apt-get"):
        return None
    _run(*root, "apt-get", "-qq", "update")
    options = ("-qq", "--no-install-recommends", "install", "-y", "chromium")
    _run(*root, "apt-get", *options)
    return installed()


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


def from_playwright() -> Path | None:
    """Return Playwright's own Chromium, downloaded where it is not there yet."""
    found = _playwrights_own()
    if found is None and _run(
        sys.executable, "-m", "playwright", "install", "chromium"
    ):
        found = _playwrights_own()
    return found


def candidates() -> Iterator[Path | None]:
    """Try one way after the other."""
    for way in (stated, installed, from_debian, from_playwright):
        yield way()


def find() -> Path:
    """Return a browser.

    Raises
    ------
    SystemExit
        If there is none and none can be installed, with one sentence.
    """
    found = next((place for place in candidates() if place), None)
    if found is None:
        raise SystemExit(NOT_FOUND)
    return found


if __name__ == "__main__":
    sys.stdout.write(f"{find()}\n")
