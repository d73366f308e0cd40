"""What a project adds to its tools: plugins of flake8 and mypy, ruff's required version and preview."""

import pytest

from wsgen.errors import ToolError

from .conftest import ROUTER, SETTINGS, Project

FLAKE8_PLUGIN = '''"""Forbids what only this project forbids."""

import ast


class Forbidden:
    name = "forbidden"
    version = "1"

    def __init__(self, tree):
        self.tree = tree

    def run(self):
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef) and node.name == "publish":
                yield node.lineno, node.col_offset, "PRO100 not published here", type(self)
'''
MYPY_PLUGIN = '''"""Knows that `app.models.make` returns text."""

from mypy.plugin import Plugin


class Makes(Plugin):
    def get_function_hook(self, fullname):
        if fullname == "app.models.make":
            return lambda context: context.api.named_generic_type("builtins.str", [])
        return None


def plugin(version):
    return Makes
'''
MAKES = '"""Makes."""\n\nfrom app.models import make\n\nNUMBER: int = make()\n'


def test_a_flake8_plugin_of_the_project_finds_what_it_looks_for(project: Project) -> None:
    local = (
        "[flake8:local-plugins]\nextension =\n  PRO = forbidden:Forbidden\npaths = ./tools/flake8\n"
    )
    project.write(
        {".flake8": SETTINGS[".flake8"] + local, "tools/flake8/forbidden.py": FLAKE8_PLUGIN}
    )
    (found,) = project.run(project.module(), steps=("flake8",)).diagnostics
    assert found.code == "WSG511"
    assert "not published here [PRO100] (barwsrouter.py:" in found.message


def test_a_mypy_plugin_of_the_project_decides_types(project: Project) -> None:
    project.write(
        {
            "pyproject.toml": "[tool.mypy]\nstrict = true\nplugins = ['tools/makes.py']\n",
            "tools/makes.py": MYPY_PLUGIN,
            "src/app/models.py": "def make() -> object: ...\n",
        }
    )
    (found,) = project.run(project.module(router=MAKES, init=""), steps=("mypy",)).diagnostics
    assert found.code == "WSG513"
    assert 'expression has type "str", variable has type "int"' in found.message


def test_a_mypy_plugin_that_is_not_there_is_a_tool_error(project: Project) -> None:
    project.write({"pyproject.toml": "[tool.mypy]\nplugins = ['tools/gone.py']\n"})
    with pytest.raises(ToolError) as caught:
        project.run(project.module(), steps=("mypy",))
    (found,) = caught.value.diagnostics
    assert found.code == "WSG501"
    assert "tools/gone.py" in (found.output or "")


@pytest.mark.parametrize("step", ["ruff-format", "ruff-fix", "ruff-check"])
def test_another_ruff_than_the_project_requires_is_a_tool_error(
    project: Project, step: str
) -> None:
    project.write({"ruff.toml": "required-version = '0.0.1'\n"})
    with pytest.raises(ToolError, match=f"{step} failed") as caught:
        project.run(project.module(), steps=(step,))
    (found,) = caught.value.diagnostics
    assert found.code == "WSG501"
    assert "0.0.1" in (found.output or "")


@pytest.mark.parametrize("preview", [True, False])
def test_rules_in_preview_count_where_the_project_turns_them_on(
    project: Project, preview: bool
) -> None:
    # By a prefix: the oldest versions take a rule in preview that is named in full without it.
    project.write({"ruff.toml": f"preview = {str(preview).lower()}\nlint.select = ['E22']\n"})
    router = ROUTER.replace("self.tags = tags", "self.tags=tags")
    result = project.run(project.module(router=router), steps=("ruff-check",))
    assert ["[E225]" in found.message for found in result.diagnostics] == [True] * preview
