"""Build and run the projects of clients/recipes: `python -m tests.client_recipes [NAME...]`.

`quick` stands for those that need no large packages.
"""
# ruff: noqa: T201 - a program prints

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from tests.client_recipes.steps import RECIPES, Absent, Blocks, Command, Copy, Shown, Step
from tests.docs.pages import blocks
from tests.example.clones import EXAMPLE, serving
from tests.page.browser import open_browser
from wsgen.cli.main import run

FOLDER = Path(__file__).parents[2] / "clients" / "recipes"
WORK = FOLDER / ".work"
_SECONDS = 600


def main(names: Sequence[str]) -> int:
    """Return 1 if a project fails."""
    quick = [name for name, recipe in RECIPES.items() if not recipe.large]
    names = [one for name in names for one in (quick if name == "quick" else [name])]
    unknown = sorted(set(names) - RECIPES.keys())
    if unknown:
        print(f"there is no {', '.join(unknown)}: choose of {', '.join(RECIPES)}")
        return 2
    failed = 0
    (FOLDER.parents[1] / "build").mkdir(exist_ok=True)
    with serving(
        EXAMPLE, FOLDER.parents[1] / "build", WSGEN="off", TRADING_API_TICK="0.05"
    ) as server:
        server.wait_for("Uvicorn running on")
        environment = {"SERVER": f"ws://127.0.0.1:{server.port}", "NEXT_TELEMETRY_DISABLED": "1"}
        for name in names or RECIPES:
            started = time.monotonic()
            wrong = problem_of(name, {**os.environ, **environment})
            failed += bool(wrong)
            print(f"{name}: {wrong or 'passes'} ({time.monotonic() - started:.0f} s)", flush=True)
    return 1 if failed else 0


def problem_of(name: str, environment: dict[str, str]) -> str | None:
    """Return what is wrong with a project, None if it does what it should."""
    place = WORK / name
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(FOLDER / name, place)
    recipe = RECIPES[name]
    options = ["client", "typescript", "-q", "-o", str(place / "feed"), *recipe.options]
    if run(["-C", str(EXAMPLE), *options]) != 0:
        return "the client cannot be made"
    for step in recipe.steps:
        if wrong := _problem_of_step(step, place, environment):
            return wrong
    return None


def _problem_of_step(step: Step, place: Path, environment: dict[str, str]) -> str | None:
    match step:
        case Copy(source, target):
            (place / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(place / source, place / target)
        case Absent(folder, texts):
            scripts = list((place / folder).rglob("*.js"))
            if not scripts:
                return f"{folder} has no scripts"
            for file in scripts:
                found = [text for text in texts if text in file.read_text("utf-8")]
                if found:
                    return f"{file.relative_to(place)} has {found[0]!r}"
        case Blocks(page):
            written = [item for item in blocks(page) if item.language in ("typescript", "tsx")]
            if not written:
                return f"{page} has no blocks"
            for block in written:
                first, _, text = block.text.partition("\n")
                (place / first.removeprefix("// web/src/")).write_text(text, "utf-8")
        case Shown(folder, page, text):
            return _problem_of_page(place / folder, page, text)
        case Command(words, printed):
            program = FOLDER / "node_modules" / words[0]
            arguments = [str(program) if program.exists() else words[0], *words[1:]]
            try:
                ended = subprocess.run(
                    arguments,
                    cwd=place,
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=_SECONDS,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                return f"{' '.join(words)}: {error}"
            if ended.returncode or (printed is not None and ended.stdout != printed):
                output = (ended.stdout + ended.stderr)[-3000:]
                return f"{' '.join(words)} ends with {ended.returncode}\n{output}"
    return None


def _problem_of_page(folder: Path, page: str, text: str) -> str | None:
    handler = partial(_Files, directory=str(folder))
    with TemporaryDirectory() as profile, ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            with open_browser(Path(profile)) as tab:
                tab.open(f"http://127.0.0.1:{server.server_port}/{page}")
                tab.wait_for(f"document.body.innerText.includes({json.dumps(text)})")
                return "\n".join(tab.complaints) or None
        except AssertionError as error:
            return f"{page}: {error}"
        finally:
            server.shutdown()


class _Files(SimpleHTTPRequestHandler):
    """Serves files without a word, and no icon, which a browser asks for."""

    def do_GET(self) -> None:
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as it is called
        pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
