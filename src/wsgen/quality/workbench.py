"""What a tool needs to run over modules in the mirror: commands, paths, environment and folders to write into."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from wsgen.environment import Environment
from wsgen.quality.mirror import Mirror, StagedModule
from wsgen.quality.problems import Outcome
from wsgen.quality.processes import Processes
from wsgen.quality.settings_files import Homes
from wsgen.settings.config import OwnCommand, default_sources

_DROPPED = ("CLICOLOR_FORCE", "FORCE_COLOR")
"""Environment variables that would colour the output."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """The mirror, the modules in it by output directory, and how tools are run there.

    `commands` has the beginning of each step's command line, `steps` all steps of the run: what one tool is told
    may depend on which others there are. `own` are those that the project defines, `sources` the folders that its
    packages are imported from, `environment` where those of others are installed.
    """

    mirror: Mirror
    modules: Mapping[Path, StagedModule]
    commands: Mapping[str, tuple[str, ...]]
    steps: tuple[str, ...]
    own: Mapping[str, OwnCommand]
    sources: tuple[Path, ...]
    cache: Path | None
    processes: Processes
    environment: Environment
    homes: Homes

    @property
    def root(self) -> Path:
        """Return the project's root."""
        return self.mirror.root

    @property
    def directory(self) -> str:
        """Return the working directory of the tools, which is where the root is in the mirror."""
        return os.fspath(self.mirror.top)

    def run(
        self,
        step: str,
        arguments: Sequence[str],
        outputs: Sequence[Path],
        share: float,
        environment: Mapping[str, str],
    ) -> Outcome:
        """Run a step over the modules in `outputs`, with further variables in its `environment`.

        Raises ToolError if it cannot be started, BrokenToolError after its `share` of the time limit.
        """
        inherited = {k: v for k, v in os.environ.items() if k not in _DROPPED}
        ours = {
            "NO_COLOR": "1",
            "PYTHONIOENCODING": "utf-8",
            "PYTHONWARNINGS": "ignore",
        }
        command = [*self.commands[step], *arguments, *map(self.mirror.relative, outputs)]
        variables = {**inherited, **ours, **environment}
        return self.processes.run(command, step=step, environment=variables, share=share)

    def files(self, outputs: Collection[Path]) -> int:
        """Return how many files the modules in `outputs` have."""
        return sum(len(self.modules[output].files) for output in outputs)

    def owner(self, path: str) -> Path | None:
        """Return the output directory of the module that the file `path` in the mirror belongs to."""
        folders = (self.root / os.path.normpath(path)).parents
        return next((folder for folder in folders if folder in self.modules), None)

    def mirrored(self, place: Path) -> str:
        """Return where a folder or file is in the mirror; outside of the project, it is where it is."""
        if place.is_relative_to(self.root):
            return os.fspath(self.mirror.top / place.relative_to(self.root))
        return os.fspath(place)

    def original(self, path: str) -> Path:
        """Return where the file is that a tool calls `path`, which is relative to the mirror."""
        if path.startswith(os.pardir):
            return Path(os.path.normpath(self.mirror.top / path))
        return self.root / path

    def roots_beside(self, folder: Path) -> list[str]:
        """Return the folders of `sources` to name to a tool that looks into `folder` and its `src` by itself.

        None need to be named if these are enough. One with a star cannot be: isort would expand it.
        """
        if self.sources == default_sources(self.root):
            return []
        own = [folder, folder / "src"]
        further = [path for path in self.sources if path not in own and "*" not in str(path)]
        return [self.mirrored(path) for path in (*own, *further)] if further else []

    def settings_file(self, text: str) -> Path:
        """Return a TOML file with this text, for tools that take their settings from files only."""
        file = self.mirror.scratch / f"settings-{sha256(text.encode()).hexdigest()[:12]}.toml"
        if not file.exists():  # another process may be reading it
            file.write_text(text, "utf-8")
        return file
