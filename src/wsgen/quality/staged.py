"""What goes into the quality steps and what comes out of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.source import Positions


@dataclass(frozen=True, slots=True)
class StagedModule:
    """The rendered Python files of one module, before any step.

    `output` is the absolute directory where they will stand, somewhere below the project's root. `files`
    maps file names to texts, `routers` the names of router files to their classes.
    """

    name: str
    output: Path
    files: Mapping[str, str]
    positions: Positions
    routers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QualityResult:
    """The outcome of all steps.

    `files` holds, by output directory, the final texts of the modules that passed; `failed` the output
    directories of the others, each with an error among the diagnostics.
    """

    files: Mapping[Path, Mapping[str, str]]
    diagnostics: tuple[Diagnostic, ...]
    failed: frozenset[Path]
