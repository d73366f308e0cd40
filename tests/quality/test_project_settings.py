"""Every tool sees the project's own configuration as it would for the final path."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from wsgen.environment import running_environment
from wsgen.quality.mirror import Mirror
from wsgen.quality.processes import Processes
from wsgen.quality.settings_files import Homes
from wsgen.quality.tools.isort import TOOL
from wsgen.quality.workbench import Workbench

from .conftest import INIT, Project

LONG = '''"""Long lines."""


def call(first_argument: int, second_argument: int, third_argument: int, fourth: int) -> None:
    """Do nothing."""


PLACES = {'one': "a string that makes it long", 'two': "a string that makes the line longer!"}
'''
IMPORTS = '''"""Imports."""

import os
from app.models import Bar
import json
from collections.abc import Sequence
import pydantic

USED = (os, Bar, json, Sequence, pydantic)
'''
NOTHING = '"""Nothing."""\n'
QUOTED = '"""Quotes."""\n\nNAME = \'single\'\n'
WIDE = '"""Wide."""\n\nNAME = "' + "x" * 90 + '"\n'
UNUSED = '"""Unused."""\n\nimport os\n'


@dataclass(frozen=True)
class Case:
    """Settings, a step, a text before it, and what must be in the text after it."""

    settings: dict[str, str]
    step: str
    text: str
    wanted: str


TOML = "pyproject.toml"
REWRITES = {
    "black line length 88": Case(
        {TOML: "[tool.black]\nline-length = 88\n"}, "black", LONG, "call(\n    first_argument"
    ),
    "black line length 110 and quotes": Case(
        {TOML: "[tool.black]\nline-length = 110\nskip-string-normalization = true\n"},
        "black",
        LONG,
        "{'one': \"a string",
    ),
    "black extend-exclude": Case(
        {TOML: "[tool.black]\nextend-exclude = 'ws_generated'\n"}, "black", QUOTED, QUOTED
    ),
    "black force-exclude": Case(
        {TOML: "[tool.black]\nforce-exclude = 'specs/'\n"}, "black", QUOTED, QUOTED
    ),
    "ruff format line length 88": Case(
        {"ruff.toml": "line-length = 88\n"}, "ruff-format", LONG, "call(\n    first_argument"
    ),
    "ruff format quotes from a directory below": Case(
        {"specs/.ruff.toml": "format.quote-style = 'single'\n"}, "ruff-format", WIDE, "NAME = 'xxx"
    ),
    "ruff extend-exclude": Case(
        {TOML: "[tool.ruff]\nextend-exclude = ['ws_generated']\n"}, "ruff-format", QUOTED, QUOTED
    ),
    "ruff fix by path": Case(
        {TOML: "[tool.ruff.lint.per-file-ignores]\n'specs/**' = ['F401']\n"},
        "ruff-fix",
        UNUSED,
        UNUSED,
    ),
    "ruff first-party packages": Case(
        {TOML: "[tool.ruff]\nsrc = ['src']\nlint.select = ['I']\n"},
        "ruff-fix",
        IMPORTS,
        "import pydantic\n\nfrom app.models import Bar\n",
    ),
    "isort first-party packages": Case(
        {".isort.cfg": "[settings]\nprofile = black\n"},
        "isort",
        IMPORTS,
        "import pydantic\n\nfrom app.models import Bar\n",
    ),
    "isort force_sort_within_sections": Case(
        {"setup.cfg": "[isort]\nprofile = black\nforce_sort_within_sections = true\n"},
        "isort",
        IMPORTS,
        "from collections.abc import Sequence\nimport json\nimport os\n",
    ),
    "isort skip": Case(
        {TOML: "[tool.isort]\nextend_skip = ['ws_generated']\n"}, "isort", IMPORTS, IMPORTS
    ),
}
WRITE = {
    "black": ["black", "-q"],
    "ruff-format": ["ruff", "format", "--no-cache"],
    "ruff-fix": ["ruff", "check", "--fix", "--exit-zero", "--no-cache"],
    "isort": ["isort", "-q"],
}


@pytest.fixture
def bare(project: Project) -> Project:
    """The project without settings."""
    (project.root / TOML).unlink()
    (project.root / ".flake8").unlink()
    (project.root / ".git").mkdir()
    return project


@pytest.mark.parametrize("case", REWRITES.values(), ids=REWRITES)
def test_rewriting_gives_what_the_tool_gives_in_the_final_place(bare: Project, case: Case) -> None:
    bare.write(case.settings)
    module = bare.module(router=case.text, init=NOTHING)
    result = bare.run(module, steps=(case.step,))
    assert result.diagnostics == ()
    text = result.files[module.output]["barwsrouter.py"]
    assert case.wanted in text
    module.output.mkdir()
    (module.output / "barwsrouter.py").write_text(case.text, encoding="utf-8")
    command = WRITE[case.step]
    subprocess.run(
        [Path(sys.executable).parent / command[0], *command[1:], "."],
        cwd=bare.root,
        check=True,
        capture_output=True,
    )
    assert text == (module.output / "barwsrouter.py").read_text(encoding="utf-8")


IGNORED = {
    "flake8 by path": ("flake8", {".flake8": "[flake8]\nper-file-ignores = specs/*:F401,E501\n"}),
    "flake8 in setup.cfg": ("flake8", {"setup.cfg": "[flake8]\nextend-ignore = F401,E501\n"}),
    "flake8 in tox.ini": ("flake8", {"tox.ini": "[flake8]\nexclude = ws_generated\n"}),
    "ruff by path": (
        "ruff-check",
        {TOML: "[tool.ruff.lint.per-file-ignores]\n'**/ws_generated/*' = ['F401']\n"},
    ),
    "ruff extend-exclude": ("ruff-check", {"ruff.toml": "extend-exclude = ['specs']\n"}),
}


@pytest.mark.parametrize(("step", "settings"), IGNORED.values(), ids=IGNORED)
def test_diagnostics_that_the_project_ignores_are_none(
    bare: Project, step: str, settings: dict[str, str]
) -> None:
    bare.write(settings)
    module = bare.module(router=UNUSED + WIDE.partition("\n")[2])
    assert bare.run(module, steps=(step,)).diagnostics == ()


def test_flake8_and_ruff_find_it_without_those_settings(bare: Project) -> None:
    result = bare.run(bare.module(router=UNUSED), steps=("flake8", "ruff-check"))
    assert {found.step for found in result.diagnostics} == {"flake8", "ruff-check"}


UNTYPED = '"""Untyped."""\n\n\ndef add(one, two):\n    """Add."""\n    return one + two\n'
STRICT = "[mypy]\nstrict = true\n"


@pytest.mark.parametrize(
    ("settings", "text", "problems"),
    [
        pytest.param(
            {
                "mypy.ini": STRICT
                + "mypy_path = lib\n[mypy-app.modules.other.*]\ndisallow_untyped_defs = false\n",
                "lib/other.py": "NAME = 1\n",
            },
            '"""Imports."""\n\nfrom other import NAME, WRONG\n\n__all__ = ["NAME", "WRONG"]\n'
            + UNTYPED,
            [
                ("datafeed", "attr-defined"),
                ("datafeed", "no-untyped-def"),
                ("other", "attr-defined"),
            ],
            id="mypy_path and a section for one module",
        ),
        pytest.param(
            {TOML: "[tool.mypy]\nstrict = true\nexclude = ['ws_generated/']\n"},
            UNTYPED,
            [],
            id="exclude in pyproject.toml",
        ),
        pytest.param(
            {"setup.cfg": STRICT + "exclude = (?x)(modules/data.*/ws_generated)\n"},
            UNTYPED,
            [("other", "no-untyped-def")],
            id="one module excluded in setup.cfg",
        ),
    ],
)
def test_mypy_uses_the_projects_configuration(
    bare: Project, settings: dict[str, str], text: str, problems: list[tuple[str, str]]
) -> None:
    bare.write(settings)
    modules = []
    for name in ("datafeed", "other"):
        bare.write({"src/app/modules/__init__.py": "", f"src/app/modules/{name}/__init__.py": ""})
        modules.append(bare.module(name, router=text, init=NOTHING, place="src/app/modules"))
    result = bare.run(*modules, steps=("mypy",))
    found = [
        (item.module, item.message.rpartition("[")[2].partition("]")[0])
        for item in result.diagnostics
    ]
    assert sorted(found) == problems


def test_generated_files_that_git_ignores_are_checked_all_the_same(bare: Project) -> None:
    bare.write({".gitignore": "ws_generated/\n"})
    module = bare.module(router=QUOTED, init=INIT)
    for step in ("black", "ruff-format"):
        assert '"single"' in bare.run(module, steps=(step,)).files[module.output]["barwsrouter.py"]


def test_settings_above_the_root_count(bare: Project) -> None:
    (bare.root / ".git").rmdir()
    bare.write({"../ruff.toml": "line-length = 20\nlint.select = ['E501']\n"})
    result = bare.run(bare.module(), steps=("ruff-check",))
    assert result.diagnostics
    assert {found.code for found in result.diagnostics} == {"WSG512"}


LONG_IMPORT = """\
from app.models import Bar, BarsRequest, TheNameOfAnotherModel, YetAnotherNameOfAModel
"""


def test_without_any_setting_the_imports_are_as_black_and_isort_can_agree(bare: Project) -> None:
    module = bare.module(router=LONG_IMPORT, init="")
    result = bare.run(module, steps=("black", "isort"))
    assert result.diagnostics == ()
    assert result.files[module.output]["barwsrouter.py"] == LONG_IMPORT


@pytest.mark.parametrize(
    ("name", "text", "configured"),
    [
        ("pyproject.toml", "[tool.isort]\n", True),
        ("pyproject.toml", "[tool.isort.sections]\n", True),
        ("pyproject.toml", "[tool.black]\n# isort\n", False),
        ("setup.cfg", "[isort]\n", True),
        ("setup.cfg", "[tool:isort]\n", True),
        ("tox.ini", "[testenv:isort]\n", False),
        ("specs/.isort.cfg", "", True),
        (".editorconfig", "[*.py]\n", False),
    ],
)
def test_isort_is_left_alone_where_anything_is_set_for_it(
    bare: Project, name: str, text: str, configured: bool
) -> None:
    bare.write({name: text})
    environment = running_environment()
    homes = Homes(environment)
    home = homes.of(TOOL, bare.module().output)

    def options(*steps: str) -> tuple[str, ...]:
        mirror = Mirror(root=bare.root, top=bare.root, scratch=bare.root)
        sources = (bare.root / "src", bare.root)
        processes = Processes(directory=bare.root, timeout=1.0, jobs=1)
        bench = Workbench(mirror, {}, {}, steps, {}, sources, None, processes, environment, homes)
        return TOOL.options(home, bench)

    assert (options("isort", "black") == ()) is configured
    assert options("isort") == ()


OWN = '''"""Imports of the project."""

import pydantic
from app.models import Bar

USED = (Bar, pydantic)
'''
APART = OWN.replace("\nfrom app", "\n\nfrom app")
CLOSE = OWN.replace(
    "import pydantic\nfrom app.models import Bar", "from app.models import Bar\nimport pydantic"
)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="no settings"),
        pytest.param({TOML: "[tool.ruff]\nlint.select = ['I']\n"}, id="settings of ruff"),
        pytest.param({TOML: "[tool.isort]\nprofile = 'black'\n"}, id="settings of isort"),
        pytest.param({"setup.cfg": "[isort]\nprofile=black\n"}, id="settings in setup.cfg"),
    ],
)
@pytest.mark.parametrize("place", ["specs", "backend/app/modules"])
def test_sorters_know_the_packages_in_the_source_folders(
    bare: Project, place: str, settings: dict[str, str]
) -> None:
    (bare.root / "src").rename(bare.root / "backend")
    bare.write(settings)
    module = bare.module(router=OWN, init=NOTHING, place=place)
    result = bare.run(module, steps=("ruff-fix", "isort"), sources=("backend",))
    assert result.diagnostics == ()
    assert result.files[module.output]["barwsrouter.py"] == APART


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        pytest.param(
            {
                TOML: "[tool.ruff]\nextend = 'more.toml'\n[tool.isort]\nprofile = 'black'\n"
                "src_paths = ['lib']\nforce_sort_within_sections = true\n",
                "more.toml": "lint.select = ['I']\nsrc = ['lib']\n"
                "lint.isort.force-sort-within-sections = true\n",
            },
            CLOSE,
            id="other roots in the settings",
        ),
        pytest.param(
            {
                TOML: "[tool.ruff.lint.isort]\nknown-first-party = ['pydantic']\n",
                ".isort.cfg": "[settings]\nprofile = black\nknown_first_party = pydantic\n",
            },
            OWN.replace(
                "import pydantic\nfrom app.models import Bar",
                "from app.models import Bar\n\nimport pydantic",
            ),
            id="other packages in the settings",
        ),
    ],
)
def test_sorters_are_told_nothing_where_the_settings_name_the_projects_packages(
    bare: Project, settings: dict[str, str], wanted: str
) -> None:
    (bare.root / "src").rename(bare.root / "backend")
    bare.write(settings)
    module = bare.module(router=OWN, init=NOTHING)
    result = bare.run(module, steps=("ruff-fix", "isort"), sources=("backend",))
    assert result.diagnostics == ()
    assert result.files[module.output]["barwsrouter.py"] == wanted


def test_packages_beside_the_settings_of_a_part_stay_its_own(bare: Project) -> None:
    bare.write(
        {
            "parts/one/pyproject.toml": "[tool.ruff]\nlint.select = ['I']\n[tool.isort]\nprofile = 'black'\n",
            "parts/one/src/app/__init__.py": "",
        }
    )
    (bare.root / "src").rename(bare.root / "backend")
    module = bare.module(router=OWN, init=NOTHING, place="parts/one/specs")
    result = bare.run(module, steps=("ruff-fix", "isort"), sources=("backend",))
    assert result.diagnostics == ()
    assert result.files[module.output]["barwsrouter.py"] == APART
