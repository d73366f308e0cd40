"""How modules are divided among mypy runs."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from wsgen.environment import running_environment
from wsgen.quality.mirror import Mirror, StagedModule
from wsgen.quality.problems import Outcome, Report
from wsgen.quality.processes import Processes
from wsgen.quality.settings_files import Homes
from wsgen.quality.tools import mypy as mypy_tool
from wsgen.quality.tools.mypy import mypy_excludes
from wsgen.quality.tools.mypy_names import TypingGroup, typing_groups
from wsgen.quality.workbench import Workbench


def package(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "__init__.py").touch()
    return directory


def texts(outputs: Sequence[Path]) -> dict[Path, list[str]]:
    """Return `outputs` without anything in them."""
    return {output: [] for output in outputs}


def test_packages_of_the_project_and_loose_ones_are_named_differently(tmp_path: Path) -> None:
    package(tmp_path / "src/app")
    inside = package(tmp_path / "src/app/modules/a") / "ws_generated"
    loose = [tmp_path / f"specs/{name}/ws_generated" for name in "ab"]
    outputs = texts([loose[0], inside, loose[1]])
    groups = typing_groups(outputs, root=tmp_path, sources=(tmp_path / "src",))
    assert groups == (TypingGroup(tuple(loose), True), TypingGroup((inside,), False))


def test_names_that_would_clash_are_checked_apart(tmp_path: Path) -> None:
    outputs = [tmp_path / f"specs/{name}/ws_generated" for name in ("a-b", "c-d", "e")]
    groups = typing_groups(texts(outputs), root=tmp_path, sources=())
    assert [group.outputs for group in groups] == [(outputs[0],), (outputs[1],), (outputs[2],)]


def test_a_source_directory_ends_the_name(tmp_path: Path) -> None:
    outputs = [tmp_path / "src/gen/a", tmp_path / "lib/gen/a"]
    groups = typing_groups(
        texts(outputs), root=tmp_path, sources=(tmp_path / "src", tmp_path / "lib")
    )
    assert len(groups) == 2


def test_modules_whose_names_begin_in_different_folders_are_checked_apart(tmp_path: Path) -> None:
    """mypy would import from both folders, and each module find what it does not find alone."""
    outputs = []
    for number, name in enumerate(("feeds", "feeds", "orders")):
        package(tmp_path / f"packages/{number}/{name}/bars")
        package(tmp_path / f"packages/{number}/{name}")
        outputs.append(tmp_path / f"packages/{number}/{name}/bars/ws_generated")
    groups = typing_groups(texts(outputs), root=tmp_path, sources=())
    assert [group.outputs for group in groups] == [(output,) for output in outputs]
    assert len({group.cache for group in groups}) == 3
    sources = [tmp_path / f"packages/{number}" for number in range(3)]
    groups = typing_groups(texts(outputs), root=tmp_path, sources=sources)
    # All three are searched anyway; only where two have a package of the same name does the order matter.
    assert [group.outputs for group in groups] == [(output,) for output in outputs]
    groups = typing_groups(texts(outputs[1:]), root=tmp_path, sources=sources[1:])
    assert [group.outputs for group in groups] == [tuple(outputs[1:])]


@pytest.mark.parametrize(
    "line",
    [
        "from specs.b.ws_generated import X",
        "import os, specs.b.ws_generated.x as x",
        "from ...b.ws_generated import X",
        "from ...b import ws_generated",
    ],
)
def test_a_module_that_imports_another_one_is_checked_alone(tmp_path: Path, line: str) -> None:
    a, b, c = (tmp_path / f"specs/{name}/ws_generated" for name in "abc")
    groups = typing_groups(
        {a: [f"\n{line}\n"], b: ["import json"], c: []}, root=tmp_path, sources=()
    )
    assert [group.outputs for group in groups] == [(a,), (b, c)]


class Mypy:
    """Stands in for mypy: says of each directory what it was told to, and counts its runs.

    An answer of exit code 2 is all that it says, as with the real one.
    """

    def __init__(self, answers: dict[str, Outcome]) -> None:
        self.answers = answers
        self.runs: list[tuple[str, ...]] = []

    def __call__(self, outputs: Sequence[Path]) -> Outcome:
        self.runs.append(tuple(output.name for output in outputs))
        said = [self.answers[o.name] for o in outputs if o.name in self.answers]
        stopping = next((outcome for outcome in said if outcome.returncode == 2), None)
        return stopping or Outcome(int(bool(said)), "".join(item.stdout for item in said), "")


Check = Callable[[Mypy, str], Report]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Return a function that checks modules of the names given with a stand-in for mypy."""

    def checked(mypy: Mypy, names: str) -> Report:
        root = tmp_path / "t"
        outputs = tuple(root / name for name in names)
        files = {"x.py": ""}
        bench = Workbench(
            mirror=Mirror(root=root, top=root, scratch=tmp_path),
            modules={o: StagedModule(o.name, o, files, ("mypy",)) for o in outputs},
            commands={},
            steps=("mypy",),
            own={},
            sources=(),
            cache=None,
            processes=Processes(directory=root, timeout=1.0, jobs=1),
            environment=running_environment(),
            homes=Homes(running_environment()),
        )
        monkeypatch.setattr(mypy_tool, "_run", lambda _, __, given, ___: mypy(given))
        assert mypy_tool.TOOL.checks is not None
        [task] = mypy_tool.TOOL.checks(bench, outputs)
        report = task()
        assert report.outputs == outputs
        return report

    return checked


def problems(report: Report) -> list[tuple[str, str]]:
    return sorted(
        (problem.path.rpartition("/t/")[2], problem.message) for problem in report.problems
    )


def test_one_run_is_enough_when_nothing_stops_mypy(check: Check) -> None:
    mypy = Mypy({"b": Outcome(1, "b/x.py:1: error: wrong  [misc]\n", "")})
    assert problems(check(mypy, "abc")) == [("b/x.py", "wrong")]
    assert len(mypy.runs) == 1


def test_a_module_that_stops_mypy_is_left_out_of_the_next_run(check: Check) -> None:
    mypy = Mypy(
        {
            "b": Outcome(2, "b/x.py:1: error: invalid syntax  [syntax]\n", ""),
            "c": Outcome(1, "c/x.py:1: error: wrong  [misc]\n", ""),
        }
    )
    assert problems(check(mypy, "abc")) == [("b/x.py", "invalid syntax"), ("c/x.py", "wrong")]
    assert mypy.runs == [("a", "b", "c"), ("a", "c"), ("b",)]


def test_a_file_of_the_project_that_stops_mypy_is_charged_to_those_that_import_it(
    check: Check,
) -> None:
    stop = Outcome(2, "models.py:7: error: invalid syntax  [syntax]\n", "")
    mypy = Mypy({"b": stop, "g": stop})
    assert problems(check(mypy, "abcdefgh")) == [
        ("b", "models.py:7: invalid syntax"),
        ("g", "models.py:7: invalid syntax"),
    ]
    assert len(mypy.runs) <= 9


def test_a_file_that_every_module_imports_is_charged_to_all_after_few_runs(check: Check) -> None:
    stop = Outcome(2, "models.py:7: error: invalid syntax  [syntax]\n", "")
    names = "abcdefghijklmnopqrstuvwxyz"
    mypy = Mypy(dict.fromkeys(names, stop))
    assert len(problems(check(mypy, names))) == len(names)
    assert len(mypy.runs) <= 9


@pytest.mark.parametrize("known", [True, False])
def test_excluded_modules_are_left_out(check: Check, tmp_path: Path, known: bool) -> None:
    if known:
        (tmp_path / "t").mkdir()
        (tmp_path / "t/pyproject.toml").write_text("[tool.mypy]\nexclude = '^[abc]/'\n")
    unseen = "There are no .py[i] files in directory '{}'\n"
    mypy = Mypy({name: Outcome(2, unseen.format(name), "") for name in "abc"})
    assert problems(check(mypy, "abcd")) == []
    assert len(mypy.runs) == (2 if known else 4)


@pytest.mark.parametrize(
    "outcome", [Outcome(2, "", "mypy: error: unrecognized arguments"), Outcome(1, "what?", "")]
)
def test_a_failure_for_which_no_file_is_to_blame_is_one_of_the_tool(
    check: Check, outcome: Outcome
) -> None:
    report = check(Mypy({"a": outcome}), "a")
    assert [found.code for found in report.broken.values()] == ["WSG501"]
    assert report.problems == ()


def test_exclude_patterns_are_read_from_every_place(tmp_path: Path) -> None:
    assert mypy_excludes(tmp_path) == ()
    (tmp_path / "pyproject.toml").write_text("[tool.mypy]\nexclude = ['one', 3, '(']\n")
    (tmp_path / "mypy.ini").write_text("[mypy]\nexclude = (?x)(\n  two\n  | three)\n")
    (tmp_path / "setup.cfg").write_text("not ini\n")
    one, two = mypy_excludes(tmp_path)
    assert one.search("a/one/b")
    assert two.search("a/three/b.py")
    (tmp_path / "pyproject.toml").write_text("tool = 3\n")
    assert len(mypy_excludes(tmp_path)) == 1


def test_a_package_in_a_namespace_has_the_name_that_its_code_imports_it_by(tmp_path: Path) -> None:
    output = package(tmp_path / "src/acme/feeds") / "ws_generated"
    outside = ["from .barwsrouter import BarWsRouter\nfrom other.models import Bar\n"]
    inside = [*outside, "from acme.feeds.models import Bar\n"]
    for found, explicit in ((outside, False), (inside, True)):
        [group] = typing_groups({output: found}, root=tmp_path, sources=(tmp_path / "src",))
        assert group.explicit is explicit
