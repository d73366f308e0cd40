"""The table that a bench prints: each row is judged by its budget, and the docs hold the table of one run."""

from collections.abc import Sequence
from pathlib import Path

PAGES = Path(__file__).parents[1] / "docs/reference"


class ResultsTable:
    """A Markdown table that is printed row by row, and counts the rows that miss their budgets.

    The last cell of a row says whether it met its budget; it is empty for rows without one.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.lines: list[str] = []
        self.missed = 0
        self._print([*columns, ""])
        self._print(["---"] * (len(columns) + 1))

    def add(self, cells: Sequence[str], *, met: bool | None) -> None:
        """Print a row with `cells`; `met` is None where it has no budget."""
        self.missed += met is False
        self._print([*cells, "" if met is None else "met" if met else "**missed**"])

    def exit_code(self) -> int:
        """Return 1 if any row missed its budget, else 0."""
        return 1 if self.missed else 0

    def _print(self, cells: Sequence[str]) -> None:
        self.lines.append(f"| {' | '.join(cells)} |")
        print(self.lines[-1], flush=True)


def write_results(name: str, text: str, pages: Path = PAGES, *, part: str = "") -> None:
    """Replace the text between the markers on the page of benchmarks `name`, or of a `part`, by `text`."""
    write_between_markers(pages / f"benchmarks-{name}.md", part or name, text)


def write_between_markers(page: Path, name: str, text: str) -> None:
    """Replace the results called `name` on a page by `text`; raises ValueError if it has no place for them."""
    before, start, rest = page.read_text("utf-8").partition(f"<!-- results: {name} -->\n")
    _, end, after = rest.partition("<!-- end of results -->\n")
    if not start or not end:
        raise ValueError(f"{page} has no place for the results {name!r}")
    page.write_text(f"{before}{start}\n{text.strip()}\n\n{end}{after}", "utf-8")
