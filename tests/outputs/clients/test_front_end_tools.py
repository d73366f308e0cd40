"""The tools of front ends accept the files of clients, and leave them as they are."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.outputs.clients.test_types_of_values import STRICT
from tests.parts import NODE, require

from wsgen.cli.main import run

ROOT = Path(__file__).parents[3]
LINTERS = ROOT / "tests" / "npm" / "linters"
PROJECTS = {
    "example": ROOT / "examples" / "trading_api",
    "every": ROOT / "tests" / "data" / "every_model",
}
CLIENT = (
    *("index.ts", "types.d.ts", "runtime.js", "runtime.d.ts"),
    *("react.ts", "runtime-react.js", "runtime-react.d.ts"),
    *("mock.ts", "runtime-mock.js", "runtime-mock.d.ts"),
    "schemas.ts",
)
EXTRAS = ("--react", "--mock", "--zod")
# The types of zod name a class that browsers and Node have.
ENVIRONMENT = "interface URL {}\n"
PLAIN = """\
import tseslint from "typescript-eslint";
export default tseslint.config(tseslint.configs.base);
"""
TOOLS = {
    # The second one is the least strict: a comment that disables rules in vain is reported there too.
    "eslint, strict": ["eslint/bin/eslint.js", "example", "every", "--max-warnings", "0"],
    "eslint, plain": [
        "eslint/bin/eslint.js",
        "example",
        "every",
        "--max-warnings",
        "0",
        "-c",
        "plain.config.js",
    ],
    "biome": ["@biomejs/biome/bin/biome", "check", "example", "every"],
    "prettier": ["prettier/bin/prettier.cjs", "--check", "example", "every"],
    "prettier, other style": [
        *["prettier/bin/prettier.cjs", "--check", "--single-quote", "--use-tabs", "--print-width"],
        *["50", "example", "every"],
    ],
    "tsc": ["typescript/bin/tsc", "-p", "."],
}


@pytest.fixture(scope="module")
def front_end(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a front end with the clients of two projects."""
    modules = LINTERS / "node_modules"
    if not modules.is_dir():
        pytest.fail("the linters are missing: run `make linters`")
    folder = tmp_path_factory.mktemp("front_end")
    for name, project in PROJECTS.items():
        options = ["client", "typescript", "-q", "-o", str(folder / name), *EXTRAS]
        assert run(["-C", str(project), *options]) == 0
        (folder / name / ".wsgen.json").unlink()  # which formatters of JSON know nothing of
    shutil.copy(LINTERS / "eslint.config.js", folder)
    (folder / "plain.config.js").write_text(PLAIN, "utf-8")
    (folder / "package.json").write_text('{ "type": "module" }\n', "utf-8")
    (folder / "environment.d.ts").write_text(ENVIRONMENT, "utf-8")
    settings = {
        "compilerOptions": {**STRICT, "allowJs": True},
        "include": ["example", "every", "environment.d.ts"],
    }
    (folder / "tsconfig.json").write_text(json.dumps(settings), "utf-8")
    (folder / "node_modules").symlink_to(modules)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_leaves_them_alone(name: str, front_end: Path) -> None:
    script, *arguments = TOOLS[name]
    before = _texts(front_end)
    ended = subprocess.run(
        [require(NODE), os.fspath(LINTERS / "node_modules" / script), *arguments],
        cwd=front_end,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, f"{ended.stdout[-2000:]}{ended.stderr[-2000:]}"
    assert _texts(front_end) == before


def _texts(folder: Path) -> dict[str, str]:
    return {
        f"{name}/{file}": (folder / name / file).read_text("utf-8")
        for name in PROJECTS
        for file in CLIENT
    }
