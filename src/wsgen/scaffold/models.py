"""Find the models that `--models` names: they have to exist."""

from collections.abc import Iterator
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.environment import has_package
from wsgen.load.python.project_modules import ProjectModules
from wsgen.load.sentences import problem_of
from wsgen.names import nearest
from wsgen.scaffold.project import Project, problem
from wsgen.scaffold.python_files import import_name, python_files


def check_models(models: str, project: Project) -> Iterator[Diagnostic]:
    """Report that `models` is not a module of the project or of what is installed."""
    if wording := problem_of(("models",), models):
        yield Diagnostic(wording.code, wording.message, help=wording.help)
        return
    parts = models.split(".")
    folders = [folder for folder in project.import_folders if _has(folder, parts[:1])]
    if not folders:
        installed = map(Path, project.environment.packages)
        folders = [folder for folder in installed if _has(folder, parts[:1])]
        if not folders and has_package(project.environment, parts[0]):
            return  # from another place, such as that of an editable install
    if not any(_has(folder, parts) for folder in folders):
        files = python_files(project.root)
        names = (import_name(file, project.import_folders) for file in files)
        close = nearest(models, filter(None, names))
        help_text = (
            "Name a module of the project, or leave out `--models`: then models are written."
        )
        if close:
            help_text = f"Did you mean `{close}`? Without `--models`, models are written."
        yield problem(f"`--models` names `{models}`, which does not exist", help_text)


def models_in(models: str, folders: tuple[Path, ...]) -> tuple[str, str] | None:
    """Return a request and a data model that `models` has, or None if it has fewer than two."""
    files = ProjectModules(folders).files(models) or ()
    found = [name for file in files for name in file.models if not name.startswith("_")]
    requests = [name for name in found if name.endswith("Request")]
    others = [name for name in found if name not in requests]
    return (requests[0], others[0]) if requests and others else None


def _has(folder: Path, parts: list[str]) -> bool:
    place = folder.joinpath(*parts)
    return place.is_dir() or any(place.parent.glob(f"{place.name}.*"))
