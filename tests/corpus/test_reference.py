"""The reference of the TypeScript client compiles, and has a word about all that a client exports."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.corpus.scripts import ROOT
from tests.corpus.test_typescript import CLIENT
from tests.parts import NODE, require

PAGE = (ROOT / "docs" / "reference" / "typescript.md").read_text("utf-8")
# What an application has no need of: generated code uses it, or it is the type of a part.
PARTS = {
    *(
        "Buffer",
        "Client",
        "ClientEvents",
        "CommandOptions",
        "ConnectionState",
        "Contract",
        "Detail",
    ),
    *(
        "Event",
        "HandleOptions",
        "Host",
        "Options",
        "PageEvent",
        "RUNTIME_VERSION",
        "Reduce",
        "Signal",
    ),
    *("Socket", "State", "Stream", "StreamOptions", "Token", "TokenSource"),
    *("command", "state", "stream"),
}


def test_all_that_applications_use_is_on_the_page() -> None:
    index = (CLIENT / "src" / "index.ts").read_text("utf-8")
    exported = {
        name.strip().removeprefix("type ")
        for names in re.findall(r"\{([^}]*)\}", index)
        for name in names.split(",")
    }
    assert exported > PARTS
    assert {name for name in exported - PARTS if f"`{name}`" not in PAGE} == set()
    used = (CLIENT / "example" / "use.ts").read_text("utf-8")
    members = re.findall(r"feed\.(\$\w+)", used)
    assert all(f"`{member}" in PAGE for member in members)


@pytest.mark.slow
def test_the_blocks_of_the_page_compile(tmp_path: Path) -> None:
    blocks = re.findall(r"^```typescript\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 4
    runtime = ROOT / "src/wsgen/outputs/clients/typescript/runtime"
    for file in (
        *runtime.glob("runtime.*"),
        CLIENT / "example/index.ts",
        CLIENT / "example/types.d.ts",
    ):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for number, block in enumerate(blocks):
        (tmp_path / f"block{number}.ts").write_text(block, "utf-8")
    tsc = CLIENT / "node_modules" / "typescript" / "bin" / "tsc"
    options = "--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --verbatimModuleSyntax"
    how = "--module nodenext --target es2022 --lib ES2022,DOM"
    files = [f"block{number}.ts" for number in range(len(blocks))]
    done = subprocess.run(
        [require(NODE), str(tsc), *options.split(), *how.split(), *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
