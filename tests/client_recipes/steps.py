"""What is done with each project of clients/recipes, beside which its client is made in `feed`."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Command(NamedTuple):
    """A command line, whose program may be in node_modules, and all that it prints if that matters."""

    words: tuple[str, ...]
    printed: str | None = None


class Copy(NamedTuple):
    """Copies a file."""

    source: str
    target: str


class Absent(NamedTuple):
    """No script in a folder has any of these texts."""

    folder: str
    texts: tuple[str, ...]


class Blocks(NamedTuple):
    """Writes the blocks of TypeScript of a page of the docs to the files that they name."""

    page: str


class Shown(NamedTuple):
    """A page of a folder shows a text in Chromium, and complains of nothing."""

    folder: str
    page: str
    text: str


Step = Command | Copy | Absent | Blocks | Shown


@dataclass(frozen=True)
class Recipe:
    """The options of the client, and what is done with the project; whether it needs large packages."""

    options: tuple[str, ...]
    steps: tuple[Step, ...]
    large: bool = False


TSC = ".bin/tsc"
_DENO = "@deno/linux-x64-glibc/deno"
BOTH = ("--react", "--mock")
# tsc copies no JavaScript.
_RUNTIME = Copy("feed/runtime.js", "dist/feed/runtime.js")
_DONE = "working\ntrue\n"
_CORPUS = str(Path(__file__).parents[2] / "clients" / "typescript" / "test" / "corpus.mjs")
_STORY = "iframe.html?viewMode=story&id="
_MOCK = Copy("feed/runtime-mock.js", "dist/feed/runtime-mock.js")

RECIPES = {
    "resolution": Recipe(
        BOTH,
        (
            Command((TSC, "-p", "tsconfig.nodenext.json")),
            Command((TSC, "-p", "tsconfig.bundler.json")),
        ),
    ),
    "docs": Recipe(
        (*BOTH, "--zod"),
        (
            Blocks("docs/how-to/typescript.md"),
            Blocks("docs/how-to/typescript-react.md"),
            Blocks("docs/how-to/typescript-zod.md"),
            Blocks("docs/how-to/typescript-deploy.md"),
            Command((TSC,)),
            Command((".bin/vitest", "run")),
        ),
    ),
    "vitest": Recipe(BOTH, (Command((".bin/vitest", "run")),)),
    "react": Recipe(BOTH, (Command((".bin/vitest", "run")),)),
    "jest": Recipe(
        ("--mock",),
        (
            Command((TSC,)),
            _RUNTIME,
            _MOCK,
            Command(
                (
                    "node",
                    "--experimental-vm-modules",
                    "../../node_modules/.bin/jest",
                    "--rootDir",
                    "dist",
                )
            ),
        ),
        large=True,
    ),
    "vite": Recipe(
        BOTH,
        (
            Command((TSC,)),
            Command((".bin/vite", "build")),
            # What is not used is not in the page.
            Absent("dist", ("mock.invalid", "useSyncExternalStore", "may have been carried out")),
        ),
    ),
    "storybook": Recipe(
        BOTH,
        (
            Command((TSC,)),
            Command((".bin/storybook", "build", "--quiet")),
            Shown("storybook-static", f"{_STORY}chart--live", "AAPL, open: 2.5"),
            Shown("storybook-static", f"{_STORY}chart--disconnected", "AAPL, waiting: …"),
        ),
        large=True,
    ),
    "next": Recipe(
        ("--react",),
        (Command((".bin/next", "build")), Command((".bin/next", "build", "--webpack"))),
        large=True,
    ),
    "node": Recipe((), (Command((TSC,)), _RUNTIME, Command(("node", "dist/service.js"), _DONE))),
    "node-websocket": Recipe(
        (),
        (
            Command(("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")),
            Command((TSC,)),
            _RUNTIME,
            *(
                step
                for node in ("node_modules/node22/bin/node", "node_modules/node24/bin/node")
                for step in (Command((node, "dist/service.js"), _DONE), Command((node, _CORPUS)))
            ),
        ),
        large=True,
    ),
    "zod": Recipe(
        ("--zod",),
        (
            Command((TSC,)),
            _RUNTIME,
            Command(("node", "dist/orders.js"), "symbol, side, quantity\nworking\ntrue\nfalse\n"),
        ),
    ),
    "deno": Recipe(
        (),
        (
            Command((_DENO, "check", "--no-lock", "--no-remote", "main.ts")),
            Command(
                (
                    *(_DENO, "run", "--no-lock", "--no-remote"),
                    *("--allow-net", "--allow-env", "main.ts"),
                ),
                "number\n",
            ),
        ),
        large=True,
    ),
    "bun": Recipe(
        (),
        (Command(("@oven/bun-linux-x64/bin/bun", "run", "main.ts"), "number\n"),),
        large=True,
    ),
    "package": Recipe(
        (*BOTH, "--zod", "--package", "@acme/feed"),
        (
            Command(("sh", "pack.sh")),
            Command((TSC,)),
            Command(("node", "use.js"), "idle\n2\nfalse\n"),
        ),
    ),
}
