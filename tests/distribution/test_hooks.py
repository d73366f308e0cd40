"""The hooks for pre-commit are valid, run when they should, and go with hooks that format.

`make distribution` runs them with pre-commit itself.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import DATAFEED, Project
from wsgen.quality.tools import tool_of
from wsgen.settings.config import STEPS

ROOT = Path(__file__).parents[2]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
}


def test_pre_commit_accepts_the_hooks() -> None:
    validate = [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"]
    subprocess.run(validate, cwd=ROOT, check=True, timeout=60)
    assert list(HOOKS) == ["wsgen-check", "wsgen-render"]
    for hook in HOOKS.values():
        assert (hook["pass_filenames"], hook["require_serial"]) == (False, True)


@pytest.mark.parametrize("name", HOOKS)
def test_hooks_run_for_all_that_decides_about_the_result_and_for_nothing_else(name: str) -> None:
    settings = {file for step in STEPS for file in tool_of(step).settings}
    own = {"pyproject.toml", "wsgen.toml", "templates/router.py.jinja", "src/app/models.py"}
    sources = {"specs/feed/ws.yaml", "ws.yaml", "feed/ws/v1/ws.yml", "feed/ws.py"}
    generated = {f"feed/ws_generated/{file}" for file in ("a.py", "asyncapi.json", ".wsgen.json")}
    files = re.compile(HOOKS[name]["files"])
    assert [path for path in settings | own | sources | generated if not files.search(path)] == []
    others = ["README.md", "news.yaml", "package.json", "docs/a.html", ".github/workflows/ci.yml"]
    assert [path for path in others if files.search(path)] == []


def test_the_hook_that_writes_fails_when_it_wrote(project: Project) -> None:
    """As pre-commit does not see new files, which nobody has added yet."""
    check, render = (shlex.split(HOOKS[name]["entry"])[1:] for name in HOOKS)
    assert project.wsgen(*check).code == 1
    assert project.wsgen(*render).code == 1
    assert project.wsgen(*render).code == 0
    assert project.wsgen(*check).code == 0
    (project.root / "specs/datafeed/ws.yaml").unlink()
    project.write("specs/other/ws.yaml", DATAFEED)
    assert project.wsgen(*render).code == 1


def test_generated_files_pass_fixers_of_white_space(project: Project) -> None:
    described = 'description: "One.  \\n\\n  Two.\\t\\n\\n\\n"\nrouters:'
    project.write("specs/datafeed/ws.yaml", DATAFEED.replace("routers:", described))
    assert project.wsgen("render", "--no-quality").code == 0
    files = [file for file in project.root.glob("specs/*/ws_generated/*") if file.is_file()]
    assert {file.suffix for file in files} == {".py", ".json"}
    for file in files:
        text = file.read_bytes()
        assert text.endswith(b"\n"), file
        assert not text.endswith(b"\n\n"), file
        assert not re.search(rb"[ \t\r\f\v]$", text, re.MULTILINE), file
