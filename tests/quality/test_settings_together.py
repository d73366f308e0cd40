"""Settings in combination: with all seven tools the result is what each of them wants in the final place."""

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import SETTINGS, Project

pytestmark = pytest.mark.slow

TEXT = '''"""Several imports, quotes and lines between 88 and 110 characters."""

import sys
from collections.abc import Mapping, Sequence
import json

from app.models import Bar, BarsRequest


class BarWsRouter:
    """OHLC bars."""

    def publish(self, request: BarsRequest, data: Bar, *, route: str = "bars", limit: int = 10) -> str:
        """Return what is sent."""
        names: Sequence[str] = ("one", 'two')
        table: Mapping[str, object] = {"request": request, "data": data, "names": names, "route": route}
        return json.dumps(sorted(table)) + sys.platform + str(limit)
'''
INIT = '"""Routers."""\n\nfrom .barwsrouter import BarWsRouter\n\n__all__ = ["BarWsRouter"]\n'
TOML, FLAKE8 = "pyproject.toml", ".flake8"
MYPY = "[tool.mypy]\nstrict = true\nwarn_unreachable = true\ndisallow_any_explicit = true\n"
CHECKS = (
    ("black", "--check", "-q"),
    ("ruff", "format", "--check", "--no-cache"),
    ("ruff", "check", "--no-cache"),
    ("flake8",),
    ("mypy",),
    ("isort", "--check-only", "-q"),
)

TOGETHER: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "88, isort sorts within sections": (
        {
            TOML: "[tool.black]\nline-length = 88\n[tool.ruff]\nline-length = 88\n"
            "lint.isort.force-sort-within-sections = true\n"
            "[tool.isort]\nprofile = 'black'\nforce_sort_within_sections = true\n" + MYPY,
            FLAKE8: "[flake8]\nmax-line-length = 88\n",
        },
        ("from collections.abc import Mapping, Sequence\nimport json\nimport sys\n", '"two"'),
    ),
    "110, single quotes, one import a line": (
        {
            TOML: "[tool.black]\nline-length = 110\nskip-string-normalization = true\n"
            "[tool.ruff]\nline-length = 110\nformat.quote-style = 'single'\n"
            "lint.isort.force-single-line = true\n"
            "[tool.isort]\nprofile = 'black'\nline_length = 110\nforce_single_line = true\n" + MYPY,
            FLAKE8: "[flake8]\nmax-line-length = 110\n",
        },
        (
            "import Bar\nfrom app.models import BarsRequest\n",
            "('one', 'two')",
            "limit: int = 10) -> str:",
        ),
    ),
    "files of their own, some below the root": (
        {
            "specs/ruff.toml": "line-length = 110\nsrc = ['../src']\nlint.select = ['E', 'F', 'I']\n",
            "specs/.isort.cfg": "[settings]\nprofile = black\nline_length = 110\n",
            "pyproject.toml": "[tool.black]\nline-length = 110\n",
            "setup.cfg": "[flake8]\nmax-line-length = 110\n",
            "mypy.ini": "[mypy]\nstrict = true\nmypy_path = src\n",
        },
        (
            "import json\nimport sys\nfrom collections.abc import Mapping",
            "limit: int = 10) -> str:",
        ),
    ),
    "every tool kept out": (
        {
            TOML: "[tool.black]\nextend-exclude = 'ws_generated'\n"
            "[tool.ruff]\nextend-exclude = ['ws_generated']\n"
            "[tool.isort]\nextend_skip = ['ws_generated']\n"
            "[tool.mypy]\nexclude = ['ws_generated/']\n",
            FLAKE8: "[flake8]\nexclude = ws_generated\n",
        },
        (TEXT,),
    ),
    "problems ignored by path": (
        {
            TOML: "[tool.black]\nline-length = 88\n[tool.ruff]\nline-length = 88\n"
            "lint.select = ['ALL']\nlint.per-file-ignores = {'**/ws_generated/*' = ['ALL']}\n"
            "[tool.isort]\nprofile = 'black'\n"
            "[[tool.mypy.overrides]]\nmodule = '*.ws_generated.*'\nignore_errors = true\n",
            "tox.ini": "[flake8]\nper-file-ignores = */ws_generated/*:E501\n",
        },
        ("import json\nimport sys\nfrom collections.abc import Mapping",),
    ),
}


@pytest.mark.parametrize(("settings", "wanted"), TOGETHER.values(), ids=TOGETHER)
def test_all_tools_are_content_in_the_final_place(
    project: Project, settings: dict[str, str], wanted: tuple[str, ...]
) -> None:
    for name in SETTINGS:
        (project.root / name).unlink()
    (project.root / ".git").mkdir()
    project.write(settings)
    module = project.module(router=TEXT, init=INIT)
    result = project.run(module)
    assert result.diagnostics == ()
    files = result.files[module.output]
    for text in wanted:
        assert text in files["barwsrouter.py"]
    module.output.mkdir()
    for name, text in files.items():
        (module.output / name).write_text(text, "utf-8")
    kept = project.kept()
    for tool, *arguments in CHECKS:
        own = ("--cache-dir", str(kept / "mypy")) if tool == "mypy" else ()
        ended = subprocess.run(
            [Path(sys.executable).parent / tool, *arguments, *own, "specs"],
            cwd=project.root,
            env={"MYPYPATH": "src", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        nothing = "no .py[i] files" in ended.stderr + ended.stdout
        assert ended.returncode == 0 or (nothing and wanted == (TEXT,)), ended.stdout + ended.stderr
