"""flake8, the linter: it reads the settings in its working directory only."""

from wsgen.quality.problems import Outcome, Reading, read_lines
from wsgen.quality.tools.tool import Step, Tool

_LINE = r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<rule>[A-Z]+\d+) (?P<message>.*)"


def _read(step: str, outcome: Outcome, directory: str) -> Reading:
    return read_lines(step, outcome, directory, _LINE)


TOOL = Tool(
    name="flake8",
    steps=(
        Step(
            name="flake8",
            title="Flake8 linting",
            shown="flake8",
            code="WSG511",
            help="Correct the source, or let flake8 ignore the rule for this path in its configuration.",
            check=(
                "--format=%(path)s:%(row)d:%(col)d: %(code)s %(text)s",
                "--color=never",
                "--no-show-source",
                "--jobs=1",
            ),
            cost=20,
        ),
    ),
    settings=("setup.cfg", "tox.ini", ".flake8"),
    read=_read,
    companions=("flake8", "pep8", "pycodestyle", "pyflakes", "mccabe"),
    # With several jobs it waits for ever for a worker that was killed.
    workers="parts",
)
