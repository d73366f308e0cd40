"""The project that a command works on, and files that a command writes into it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from wsgen.commit.single_file import write_file
from wsgen.diagnostics import Diagnostic
from wsgen.errors import ConfigError
from wsgen.files import bytes_of, real
from wsgen.report.display import display_path
from wsgen.settings.config import Config
from wsgen.settings.key_places import SettingPlaces
from wsgen.settings.project_file import find_root, load_config


def project_root() -> Path | None:
    """Return the project that the working directory belongs to, or None if it cannot be determined."""
    try:
        return find_root(Path.cwd())
    except (ConfigError, OSError):
        return None


def project_of(paths: Sequence[Path]) -> Config:
    """Return the settings of the project that `paths`, or else the working directory, belong to.

    A path outside of the working directory's project must be in another one, with a pyproject.toml, a
    wsgen.toml or a repository: `wsgen render /` must not treat the whole disk as a project.

    Raises ConfigError.
    """
    here = find_root(Path.cwd())
    first = real(paths[0]) if paths else here
    if first.is_relative_to(here) or not first.exists():
        start = first if first.exists() else here
    elif any(
        (find_root(first) / name).exists() for name in ("pyproject.toml", "wsgen.toml", ".git")
    ):
        start = first
    else:
        message = f"{paths[0]} is outside of this project and not in another one"
        help_text = "Run wsgen in the project, or put an empty wsgen.toml at its top."
        raise ConfigError(message, [Diagnostic("WSG903", message, help=help_text)])
    return checked_project(find_root(start))


def checked_project(root: Path) -> Config:
    """Return the settings of the project at `root`, all of whose folders exist. Raises ConfigError."""
    config = load_config(root)
    if config.file is not None and (found := list(_missing(config, config.file))):
        raise ConfigError("the settings name what is not there", found)
    return config


def write_in_project(file: Path, data: bytes) -> bool:
    """Write `data` to `file` unless it has this content already; return whether it was written.

    A link is followed unless it leads out of the project. Raises FilesError, and leaves the file unchanged.
    """
    if bytes_of(file) == data:
        return False
    write_file(
        file,
        data,
        project_root(),
        locked=False,
        what=f"{display_path(file)} cannot be written",
        writable="Make the folder writable, or choose another place.",
    )
    return True


def _missing(config: Config, file: Path) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each folder that the settings in `file` name and that does not exist.

    An app start does not call this: an app may be shipped without these folders.
    """
    for key, folders in (("paths", config.paths), ("sources", config.sources)):
        for folder in folders:
            if not folder.exists():
                message = f"`{key}` names a folder that does not exist: {display_path(folder, config.root)}"
                help_text = f"Create the folder, or correct `{key}`."
                span = SettingPlaces(file).of((key,))
                yield Diagnostic("WSG904", message, span, help=help_text)
