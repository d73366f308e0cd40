"""What is done with each project of clients/recipes, beside which its client is made in `feed`."""

from dataclasses import dataclass
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


Step = Command | Copy | Absent | Blocks


@dataclass(frozen=True)
class Recipe:
    """The options of the client, and what is done with the project."""

    options: tuple[str, ...]
    steps: tuple[Step, ...]


TSC = ".bin/tsc"
_DENO = "@deno/linux-x64-glibc/deno"
BOTH = ("--react", "--mock")
# tsc copies no JavaScript.
_RUNTIME = Copy("feed/runtime.js", "dist/feed/runtime.js")
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
        BOTH,
        (
            Blocks("docs/how-to/typescript.md"),
            Blocks("docs/how-to/typescript-react.md"),
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
    "next": Recipe(("--react",), (Command((".bin/next", "build")),)),
    "node": Recipe(
        (), (Command((TSC,)), _RUNTIME, Command(("node", "dist/service.js"), "working\ntrue\n"))
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
    ),
    "bun": Recipe((), (Command(("@oven/bun-linux-x64/bin/bun", "run", "main.ts"), "number\n"),)),
    "package": Recipe(
        (*BOTH, "--package", "@acme/feed"),
        (
            Command(("sh", "pack.sh")),
            Command((TSC,)),
            Command(("node", "use.js"), "idle\n2\n"),
        ),
    ),
}
