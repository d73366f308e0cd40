"""The steps end to end, with the real tools."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wsgen.errors import ToolError

from .conftest import INIT, ROUTER, SOURCE, Project, Tool


def tree(root: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in sorted(root.rglob("*"))}


def test_clean_modules_pass_unchanged_and_nothing_is_written(project: Project) -> None:
    modules = [project.module("datafeed"), project.module("broker")]
    before = tree(project.root)
    result = project.run(*modules)
    assert result.diagnostics == ()
    assert result.files == {module.output: module.files for module in modules}
    assert tree(project.root) == before


def test_the_result_is_a_fixed_point_of_every_tool_in_its_final_place(project: Project) -> None:
    messy = ROUTER.replace("Bar, BarsRequest", "BarsRequest,Bar").replace('"charts"', "'charts'")
    messy = messy.replace("from collections", "import os\nfrom collections")
    module = project.module(router=messy + "\n\n\n")
    result = project.run(module)
    assert result.diagnostics == ()
    assert result.files[module.output]["barwsrouter.py"] == ROUTER
    module.output.mkdir()
    for name, text in result.files[module.output].items():
        (module.output / name).write_text(text, encoding="utf-8")
    for command in (
        ["black", "--check"],
        ["ruff", "format", "--check", "--no-cache"],
        ["ruff", "check", "--no-cache"],
        ["flake8"],
        ["isort", "--check-only"],
    ):
        argv = [str(Path(sys.executable).parent / command[0]), *command[1:], str(module.output)]
        done = subprocess.run(argv, cwd=project.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_type_that_does_not_exist_fails_its_module_only(project: Project) -> None:
    wrong = project.module(
        router=ROUTER.replace("Bar,", "Baz,").replace("data: Bar", "data: Baz"),
        source=SOURCE.replace("data: Bar", "data: Baz"),
    )
    right = project.module("broker")
    result = project.run(wrong, right)
    assert set(result.files) == {right.output}
    assert wrong.output not in result.files
    (found,) = result.diagnostics
    assert (found.code, found.module, found.step) == ("WSG513", "datafeed", "mypy")
    assert "mypy in module `datafeed`" in found.message
    assert '"app.models" has no attribute "Baz"' in found.message
    assert "(barwsrouter.py:5)" in found.message
    assert found.span == wrong.positions["BarWsRouter.data"]
    assert found.output is not None
    command, _, said = found.output.partition("\n")
    assert command.endswith("mypy specs/datafeed/ws_generated)")
    assert said == ""  # it is in the message


def test_each_linter_reports_what_it_finds_after_the_fixers_are_done(project: Project) -> None:
    router = ROUTER.replace("self.tags = tags", "self.tags=nothing  ")
    result = project.run(project.module(router=router))
    assert {found.step for found in result.diagnostics} == {"flake8", "ruff-check", "mypy"}
    assert all("(barwsrouter.py:14)" in found.message for found in result.diagnostics)
    flake8 = next(found for found in result.diagnostics if found.step == "flake8")
    assert flake8.code == "WSG511"
    assert "[F821]" in flake8.message
    assert flake8.span == project.module().positions["BarWsRouter"]


def test_what_ruff_cannot_fix_is_a_diagnostic_without_the_check_step_too(project: Project) -> None:
    router = ROUTER.replace("self.tags = tags", "self.tags = nothing")
    result = project.run(project.module(router=router), steps=("ruff-fix",))
    assert [(found.code, found.step) for found in result.diagnostics] == [("WSG512", "ruff-fix")]


def test_steps_that_undo_each_other_are_named_with_the_way_out(project: Project) -> None:
    project.write({"pyproject.toml": "[tool.isort]\nline_length = 30\nmulti_line_output = 1\n"})
    other = project.module("broker", router='"""Nothing to sort."""\n', init='"""Nothing."""\n')
    result = project.run(project.module(), other, steps=("black", "isort", "flake8"))
    assert set(result.files) == {other.output}
    (found,) = result.diagnostics
    assert (found.code, found.module) == ("WSG503", "datafeed")
    assert found.message.endswith("each undoes what the other does to __init__.py and 1 other file")
    assert "-from .barwsrouter import BarWsRouter" in (found.output or "")


def test_two_sorters_of_imports_are_told_apart_from_formatters(project: Project) -> None:
    settings = (
        "[tool.ruff.lint]\nselect = ['I']\n[tool.isort]\nreverse_sort = true\nprofile = 'black'\n"
    )
    project.write({"pyproject.toml": settings})
    module = project.module(router="import json\nimport os\n", init="")
    (found,) = project.run(module, steps=("ruff-fix", "isort")).diagnostics
    assert found.code == "WSG503"
    assert "Leave ruff's rule `I` out of its settings" in (found.help or "")
    assert (found.help or "").endswith('or write `steps = ["ruff-fix"]` in [tool.wsgen.quality].')
    assert "[tool.ruff.lint.isort]" in (found.help or "")


def test_formatters_that_undo_each_other_are_named_in_any_order(project: Project) -> None:
    project.write({"pyproject.toml": "[tool.ruff.format]\nquote-style = 'single'\n"})
    found = {
        result.diagnostics[0].message
        for steps in (("black", "ruff-format"), ("ruff-format", "black"))
        if not (result := project.run(project.module(init="NAME = 'x'\n"), steps=steps)).files
    }
    assert len(found) == 2
    assert all("black" in text and "ruff-format" in text for text in found)


def test_a_missing_import_that_sorters_disagree_about_is_told_too(project: Project) -> None:
    settings = (
        "[tool.ruff.lint]\nselect = ['I']\n[tool.isort]\nreverse_sort = true\nprofile = 'black'\n"
    )
    project.write({"pyproject.toml": settings})
    router = ROUTER.replace(
        "from app.models",
        "from app.lost import Lost\nfrom app.models",
    )
    module = project.module(router=f"{router}        print(Lost)\n")
    result = project.run(module, steps=("ruff-fix", "mypy", "isort"))
    found = {diagnostic.code: diagnostic for diagnostic in result.diagnostics}
    assert sorted(found) == ["WSG503", "WSG513"]
    assert "ruff-fix and isort do not agree" in found["WSG503"].message
    assert 'module named "app.lost"' in found["WSG513"].message
    assert (found["WSG513"].help or "").startswith("Create or install app.lost")


def test_errors_in_the_projects_own_files_fail_no_module(project: Project) -> None:
    project.write(
        {"src/app/models.py": "x: int = 'no'\n\nclass Bar: ...\nclass BarsRequest: ...\n"}
    )
    assert project.run(project.module(), steps=("mypy",)).diagnostics == ()


def test_a_file_that_stops_mypy_is_reported_once_and_fails_the_modules_that_import_it(
    project: Project,
) -> None:
    project.write({"src/app/broken.py": "x = = 1\n"})
    broken = project.root / "src/app/broken.py"
    text = '"""Broken."""\n\nimport app.broken\n'
    right, first = project.module(), project.module("broker", router=text)
    result = project.run(right, first, project.module("other", router=text), steps=("mypy",))
    assert set(result.files) == {right.output}
    (found,) = result.diagnostics
    assert found.message.startswith("mypy in 2 modules that import it: ")
    assert found.span is not None
    assert (found.span.path, found.span.line, found.module) == (broken, 1, None)
    assert found.help == "Correct src/app/broken.py."
    (alone,) = project.run(right, first, steps=("mypy",)).diagnostics
    assert alone.module == "broker"
    assert alone.message.startswith("mypy in module `broker`: ")


def test_a_text_that_is_not_python_fails_before_any_tool(project: Project) -> None:
    wrong = project.module(router="def (:\n")
    right = project.module("broker")
    result = project.run(wrong, right, steps=("ruff-check",))
    assert set(result.files) == {right.output}
    (found,) = result.diagnostics
    assert found.code == "WSG510"
    assert found.span == wrong.positions["BarWsRouter"]


@pytest.mark.parametrize("text", ["a = '\ud800'\n", "a = '\0'\n"])
def test_a_text_that_cannot_be_a_file_is_not_python(project: Project, text: str) -> None:
    result = project.run(project.module(router=text), steps=("ruff-check",))
    assert [found.code for found in result.diagnostics] == ["WSG510"]


def test_without_modules_or_steps_nothing_runs(project: Project, tool: Tool) -> None:
    tool("black", "raise SystemExit(3)")
    assert project.run(steps=("black",)).files == {}
    module = project.module()
    assert project.run(module, steps=()).files == {module.output: module.files}


def test_a_tool_with_a_broken_configuration_is_a_tool_error(project: Project) -> None:
    project.write({"pyproject.toml": "[tool.ruff]\nline-length = ?\n"})
    with pytest.raises(ToolError, match="ruff-check failed with exit code 2") as caught:
        project.run(project.module(), steps=("ruff-check",))
    (found,) = caught.value.diagnostics
    assert found.code == "WSG501"
    assert "line-length = ?" in (found.output or "")
    assert "wsgen-" not in (found.output or "")


def test_packages_of_the_same_name_are_checked_together(project: Project) -> None:
    router = ROUTER.replace("data: Bar", "data: Wrong")
    modules = [project.module(name, router=router) for name in ("a", "b", "not-a-name", "nor-this")]
    result = project.run(*modules, steps=("mypy",))
    assert {found.module for found in result.diagnostics} == {"a", "b", "not-a-name", "nor-this"}


def test_relative_imports_reach_the_package_around(project: Project) -> None:
    project.write({"src/app/modules/__init__.py": "", "src/app/modules/a/__init__.py": ""})
    router = ROUTER.replace("from app.models", "from ....models")
    inside = project.module("a", router=router, place="src/app/modules")
    wrong = ROUTER.replace("from app.models import Bar,", "from ....models import Baz as Bar,")
    namespace = project.module("b", router=wrong, place="src/app/modules")
    result = project.run(inside, namespace, steps=("mypy",))
    assert set(result.files) == {inside.output}
    assert [found.module for found in result.diagnostics] == ["b"]
    assert '"app.models" has no attribute "Baz"' in result.diagnostics[0].message


def test_old_generated_files_do_not_count(project: Project) -> None:
    module = project.module()
    module.output.mkdir()
    (module.output / "oldwsrouter.py").write_text("import nothing\n", encoding="utf-8")
    result = project.run(module, steps=("flake8", "mypy"))
    assert result.diagnostics == ()
    shutil.rmtree(module.output)


def test_a_diagnostic_in_init_points_at_the_source_file(project: Project) -> None:
    module = project.module(init=INIT + "nothing\n")
    result = project.run(module, steps=("flake8",))
    (found,) = result.diagnostics
    assert found.span is not None
    assert (found.span.path.name, found.span.line) == ("ws.yaml", 1)
