"""The quality steps: which tool each one runs, with what arguments, in check mode and in write mode.

Every tool gets directories, not files, so that what its configuration excludes stays excluded. Options
are those that the oldest supported version of each tool knows too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MANY_FILES = 64
"""Below this many files further processes cost more to start than they save."""


@dataclass(frozen=True, slots=True)
class Step:
    """One quality step.

    `shown` is the command as a person would type it, without paths. A step that `fixes` has a `write`
    command; its `check` tells whether `write` would change anything. What it writes is `stable` if the
    tool itself proves that it would not change it again. `cost` orders steps that run side by side,
    longest first; those that are `quick` are done before a check of the same files would be. `workers` is the
    option for the number of its own processes; isort and flake8 are given parts of the files instead, since they
    wait for ever for a worker that was killed.
    """

    name: str
    tool: str
    shown: str
    check: tuple[str, ...]
    write: tuple[str, ...] | None
    workers: str | None
    cost: int
    stable: bool = False
    quick: bool = False

    @property
    def parallel(self) -> bool:
        """Return whether the tool itself uses all processors."""
        return self.workers is not None or self.tool in ("ruff", "mypy")

    @property
    def fixes(self) -> bool:
        """Return whether the step rewrites files."""
        return self.write is not None

    def arguments(
        self, paths: Sequence[str], *, files: int, jobs: int, write: bool = False
    ) -> tuple[str, ...]:
        """Return what follows the tool's name to check or rewrite `paths`, which hold `files` files."""
        chosen = self.write if write and self.write is not None else self.check
        workers: tuple[str, ...] = ()
        if self.workers is not None:
            workers = (self.workers, str(jobs if files >= MANY_FILES else 1))
        return (*chosen, *workers, *paths)


_RUFF = ("--no-cache", "--force-exclude")
_FLAKE8 = (
    "--format=%(path)s:%(row)d:%(col)d: %(code)s %(text)s",
    "--color=never",
    "--no-show-source",
    "--jobs=1",
)
_MYPY = (
    "--no-color-output",
    "--no-error-summary",
    "--no-pretty",
    "--show-column-numbers",
    "--show-error-codes",
    "--hide-error-code-links",
    "--hide-error-context",
    "--hide-absolute-path",
)

STEPS = {
    step.name: step
    for step in (
        Step(
            "black",
            "black",
            "black",
            ("--check",),
            ("-q", "--safe"),
            "--workers",
            30,
            # In its safe mode black formats what it has formatted, and fails if that makes a difference.
            stable=True,
        ),
        Step(
            "ruff-format",
            "ruff",
            "ruff format",
            ("format", "--check", *_RUFF),
            ("format", *_RUFF),
            None,
            41,
            quick=True,
        ),
        Step(
            "ruff-fix",
            "ruff",
            "ruff check --fix",
            ("check", "-q", "--diff", *_RUFF),
            ("check", "-q", "--fix", "--exit-zero", *_RUFF),
            None,
            40,
            quick=True,
        ),
        Step("flake8", "flake8", "flake8", _FLAKE8, None, None, 20),
        Step(
            "ruff-check",
            "ruff",
            "ruff check",
            ("check", "-q", "--no-fix", "--output-format=json", *_RUFF),
            None,
            None,
            10,
        ),
        Step("mypy", "mypy", "mypy", _MYPY, None, None, 100),
        Step("isort", "isort", "isort", ("-q", "--check-only"), ("-q",), None, 25),
    )
}
"""All steps by name, in the order in which they run unless configured."""
