"""How long stages and steps took, and how far they are."""

import re

from tests.conftest import DATAFEED, MODELS, Project

from wsgen.cli.work_log import WorkLog


class Clock:
    """A clock that stands still unless it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += seconds


def test_time_counts_once_for_parts_side_by_side() -> None:
    log = WorkLog(clock := Clock())
    log.planned("flake8", 4, 8)
    log.began("flake8")
    clock.passes(1)
    log.began("flake8")
    clock.passes(2)
    log.ended("flake8", 1, 2)
    (work,) = log.so_far()
    assert (work.seconds, work.modules_done, work.files_done) == (3, 1, 2)
    assert work.left == 9
    log.ended("flake8", 3, 6)
    clock.passes(5)
    (work,) = log.so_far()
    assert (work.seconds, work.is_done, work.left) == (3, True, None)


def test_a_second_pass_counts_from_the_start_but_for_its_time() -> None:
    log = WorkLog(clock := Clock())
    for modules in (10, 2):
        log.planned("black", modules)
        log.began("black")
        clock.passes(1)
        log.ended("black", 1)
    (work,) = log.so_far()
    assert (work.modules_done, work.modules, work.most, work.seconds) == (1, 2, 10, 2)
    assert work.left == 1


def test_work_that_has_not_begun_is_not_shown() -> None:
    log = WorkLog(Clock())
    log.planned("mypy", 1)
    assert log.so_far() == ()


def test_verbose_says_how_long_each_step_took(project: Project) -> None:
    project.write("wsgen.toml", '[quality]\nsteps = ["ruff-check", "ruff-format"]\n')
    project.write("app/models.py", MODELS)
    project.write("specs/datafeed/ws.yaml", DATAFEED)
    assert " s  " not in project.wsgen("check").stdout
    shown = project.wsgen("render", "-v").stdout
    found = re.findall(r"^(\S+) +\d+\.\d\d s  1 module$", shown, re.MULTILINE)
    assert found == ["load", "render", "ruff-check", "ruff-format", "commit"]
    assert " s  " not in project.wsgen("check", "--quiet", "-v").stdout
    assert not re.search(r" s  1 module$", project.wsgen("check", "-v").stdout, re.MULTILINE)
