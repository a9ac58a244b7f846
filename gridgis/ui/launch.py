"""Start the pages on this computer, with settings that let nothing out and nobody in."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from gridgis.errors import GridgisError, StoreError
from gridgis.ui.environment import PROJECT

__all__ = ["OPTIONS", "free_port", "serve"]

OPTIONS: Mapping[str, object] = MappingProxyType(
    {
        "server.address": "127.0.0.1",
        "server.enableXsrfProtection": True,
        "server.enableCORS": True,
        "server.enableStaticServing": False,
        "server.maxUploadSize": 200,
        "server.fileWatcherType": "none",
        "server.showEmailPrompt": False,
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "minimal",
        "runner.magicEnabled": False,
        "theme.base": "light",
        "theme.primaryColor": "#0b5c8a",
        "theme.backgroundColor": "#fbfcfd",
        "theme.secondaryBackgroundColor": "#f1f4f6",
        "theme.textColor": "#16212b",
        "theme.borderColor": "#d5dade",
        "theme.baseRadius": "4px",
        "theme.baseFontSize": 15,
        "theme.showSidebarBorder": True,
        "theme.font": "'Gridgis Sans', 'Noto Sans SC', 'Noto Sans CJK SC', "
        "'Microsoft YaHei', 'PingFang SC', sans-serif",
    }
)
"""Settings of the server; each can be overruled by Streamlit's own environment names."""


def serve(project: Path | None, *, port: int = 8501, browser: bool = True) -> None:
    """Serve the pages until interrupted, and say at which address.

    Raises
    ------
    GridgisError
        If the pages are not installed, or the project does not exist.
    """
    try:
        from streamlit.web import cli
    except ModuleNotFoundError as error:
        message = "没有安装应用所需的程序包"
        raise GridgisError(
            message, remedy='请安装：pip install "gridgis[app]"'
        ) from error
    if project is not None:
        if not project.is_file():
            message = f"找不到项目文件 {project}"
            remedy = "请检查路径，或先用 gridgis import 建立项目"
            raise StoreError(message, remedy=remedy)
        os.environ[PROJECT] = str(project.resolve())
    main = Path(__file__).with_name("main.py")
    free = free_port(port)
    settings = {**OPTIONS, "server.port": free, "server.headless": not browser}
    flags = [f"--{name}={_text(value)}" for name, value in settings.items()]
    sys.stderr.write(f"应用地址：http://127.0.0.1:{free}（按 Ctrl+C 结束）\n")
    cli.main(["run", str(main), *flags], standalone_mode=False)


def free_port(wanted: int) -> int:
    """Return the port wanted, or the next one that nobody listens on."""
    for port in range(wanted, min(wanted + 20, 65536)):
        with socket.socket() as probe:
            if os.name == "posix":
                # As the server does: a port just given up is free. Elsewhere the option
                # would take a port that is in use.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    message = f"端口 {wanted} 及其后 19 个都已被占用"
    raise GridgisError(message, remedy="请用 --port 另选一个端口")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
