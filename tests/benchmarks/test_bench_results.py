"""A bench judges its rows by their budgets, and writes its table into the docs."""

from pathlib import Path

import pytest
from benchmarks.generator.budgets import Comparison, Limit
from benchmarks.generator.manifest_reads import count_reads
from benchmarks.generator.sample_project import edit_first_source, project
from benchmarks.generator.timing import render
from benchmarks.results import PAGES, ResultsTable, write_results
from benchmarks.runtime.scenarios import SCENARIOS


@pytest.mark.parametrize(
    ("row", "cells", "met"),
    [
        (Comparison("w", 2.0, "a", 1.0), ("2,000.0 ms", "1,000.0 ms", "2.00", ""), None),
        (Comparison("w", 2.0, "a", 1.0, 2), ("2,000.0 ms", "1,000.0 ms", "2.00", "2.00"), True),
        (Comparison("w", 12.5, "a", 5.0, 2), ("12.5 s", "5,000.0 ms", "2.50", "2.00"), False),
        (
            Comparison("w", 0.0005, "a", 1.0, 1 / 500, Limit(1.1, 1, "ms")),
            ("500 µs", "1,000.0 ms", "1/2,000", "1/500, 1 ms"),
            False,
        ),
        (
            Comparison("w", 1.0, "a", 1.0, 6, Limit(200, 128, "MiB")),
            ("1,000.0 ms", "1,000.0 ms", "1.00, 200 MiB", "6.00, 128 MiB"),
            False,
        ),
        (Comparison("w", 9, "a", 10, 1, counted=True), ("9", "10", "0.90", "1.00"), True),
    ],
)
def test_a_comparison_is_met_if_it_keeps_to_all_its_bounds(
    row: Comparison, cells: tuple[str, ...], met: bool | None
) -> None:
    work, ours, against, theirs, ratio, budget = row.cells()
    assert (work, against) == ("w", "a")
    assert (ours, theirs, ratio, budget) == cells
    assert row.met is met


def test_a_table_with_a_missed_budget_fails(capsys: pytest.CaptureFixture[str]) -> None:
    table = ResultsTable(("work", "ratio"))
    table.add(("a", "1"), met=True)
    table.add(("b", "1"), met=None)
    assert table.exit_code() == 0
    table.add(("c", "3"), met=False)
    assert table.exit_code() == 1
    assert capsys.readouterr().out.splitlines() == [
        "| work | ratio |  |",
        "| --- | --- | --- |",
        "| a | 1 | met |",
        "| b | 1 |  |",
        "| c | 3 | **missed** |",
    ]


def test_results_are_written_between_their_markers_only(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks-one.md"
    (tmp_path / "benchmarks-two.md").write_text("")
    page.write_text("a\n<!-- results: one -->\nold\n<!-- end of results -->\nb\n")
    write_results("one", "| new |", tmp_path)
    text = page.read_text()
    assert text == "a\n<!-- results: one -->\n\n| new |\n\n<!-- end of results -->\nb\n"
    with pytest.raises(ValueError, match="no place"):
        write_results("two", "| new |", tmp_path)


@pytest.mark.parametrize(
    ("name", "part"), [("generator", ""), *(("runtime", scenario) for scenario in SCENARIOS)]
)
def test_the_docs_have_a_place_for_the_results(name: str, part: str, tmp_path: Path) -> None:
    page = tmp_path / f"benchmarks-{name}.md"
    page.write_bytes((PAGES / page.name).read_bytes())
    write_results(name, "| new |", tmp_path, part=part)
    assert page.read_text("utf-8").count("| new |") == 1


def test_reads_of_manifests_are_counted() -> None:
    with project(2) as root:
        arguments = ("render", "--quiet", "--no-quality")
        assert count_reads(root, *arguments) >= 0
        assert count_reads(root, *arguments) >= 2
        edit_first_source(root, 1)
        assert count_reads(root, *arguments) >= 2
        assert render(root, "--no-quality").seconds > 0
