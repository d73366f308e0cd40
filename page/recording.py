"""Records wsgen in a terminal as docs/images/terminal.svg: `python -m page.recording`.

The commands run in a copy of specs/, each in a pseudo-terminal. The picture names no font that has to be loaded.
"""

import fcntl
import io
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "terminal.svg"
# With the exit codes that they have.
COMMANDS = {
    "wsgen render": 0,
    "wsgen check": 0,
    "sed -i.old 's/route: orders/rout: orders/' specs/broker/ws.yaml": 0,
    "wsgen validate": 1,
    "wsgen validate --fix": 0,
}
_SETTINGS = """\
[tool.wsgen]
paths = ["specs"]
quality.steps = ["ruff-format", "ruff-check"]
asyncapi.securitySchemes.token = {type = "http", scheme = "bearer"}
"""
_COLUMNS, _LINES = 80, 50
_SECONDS = 60
_COLOURS = TerminalTheme(
    (17, 22, 29),
    (219, 228, 238),
    [
        (17, 22, 29),
        (255, 99, 105),
        (47, 201, 142),
        (240, 180, 41),
        (97, 160, 255),
        (200, 140, 255),
        (62, 199, 211),
        (219, 228, 238),
    ],
)
_SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font: {char_height}px/{line_height}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}}
.{unique_id}-title {{ font: bold 18px system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
_TEXT = "{http://www.w3.org/2000/svg}text"


def record() -> str:
    """Return the picture of a terminal in which COMMANDS have run."""
    console = Console(
        file=io.StringIO(), record=True, width=_COLUMNS, force_terminal=True, legacy_windows=False
    )
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        _copy_project(project)
        for command, code in COMMANDS.items():
            console.print(Text.assemble(("$ ", "green"), (command, "bold")), soft_wrap=True)
            if printed := _run(command, code, project):
                console.print(Text.from_ansi(f"{printed}\n"), soft_wrap=True)
    return console.export_svg(title="wsgen", theme=_COLOURS, code_format=_SVG, unique_id="wsgen")


def shown_in(picture: str) -> list[str]:
    """Return the pieces of text that a picture shows, without the seconds that commands took."""
    pieces = ["".join(each.itertext()) for each in ET.fromstring(picture).iter(_TEXT)]  # noqa: S314 - ours
    return [re.sub(r"\d+\.\d+\xa0s", "…", piece) for piece in pieces if piece.strip()]


def _copy_project(project: Path) -> None:
    """Copy specs/ without what has been generated, and the models that it names."""
    not_made = shutil.ignore_patterns("ws_generated", "__pycache__", "*.py")
    shutil.copytree(ROOT / "specs", project / "specs", ignore=not_made)
    models = project / "src" / "trading_api"
    models.mkdir(parents=True)
    for name in ("__init__.py", "models.py"):
        shutil.copy(ROOT / "examples" / "trading_api" / "src" / "trading_api" / name, models)
    (project / "pyproject.toml").write_text(_SETTINGS, "utf-8")


def _run(command: str, code: int, project: Path) -> str:
    """Return what `command` writes to a terminal, which has to be lines with colours."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, _COLUMNS, 0, 0))
    programs = Path(sys.executable).parent
    path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
    # To a dumb terminal no progress is written, which would be taken back at the end.
    environment = {"PATH": path, "LANG": "C.UTF-8", "TERM": "dumb", "FORCE_COLOR": "1"}
    with subprocess.Popen(
        ["sh", "-c", command], cwd=project, env=environment, stdin=there, stdout=there, stderr=there
    ) as process:
        os.close(there)
        written = b""
        while data := _read(here):
            written += data
        os.close(here)
        ended = process.wait(_SECONDS)
    if ended != code:
        raise RuntimeError(f"`{command}` ended with {ended}: {written.decode()}")
    text = written.decode().replace("\r\n", "\n").rstrip()
    if re.search(r"\r|\x1b(?!\[[\d;]*m)", text):
        raise RuntimeError(f"`{command}` moves the cursor: {text!r}")
    return text


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # nobody writes to it any more
        return b""


if __name__ == "__main__":
    PICTURE.write_text(record(), "utf-8")
    print(PICTURE.relative_to(Path.cwd()))  # noqa: T201 - what the command is for
