"""Choose the package that a module goes into, and check what the command line says about it."""

from collections.abc import Iterator
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.files import leaves, real
from wsgen.names import is_identifier
from wsgen.scaffold.models import check_models
from wsgen.scaffold.names import names_of
from wsgen.scaffold.package_folders import Package
from wsgen.scaffold.project import Project, problem


def wrong_arguments(
    module: str, project: Project, folder: Path, path: str | None, models: str | None
) -> Iterator[Diagnostic]:
    """Report what is wrong with the name of a module, with `path` and with `models`, all of it."""
    names = names_of(module, None)
    if isinstance(names, str):
        yield problem(
            f"`{ascii(module)[1:-1]}` cannot name a module: {names}", "Choose another name."
        )
    if models is not None:
        yield from check_models(models, project)
    if path is None:
        return
    place, shown = folder / path, ascii(path)
    if not path.isprintable():
        yield problem(
            f"{shown} cannot be a folder of modules", "Choose a name that can be printed."
        )
    elif leaves(place, project.root):
        help_text = "Name a folder, not a link to another project."
        yield problem(f"{shown} leads out of the project through a link", help_text)
    elif not real(place).is_relative_to(project.root):
        yield problem(
            f"{shown} is not a folder in the project {project.root}", "Name a folder in it."
        )
    elif project.is_new and real(place) == project.root:
        help_text = "Name a folder in it, which becomes the package, or leave out `--path`."
        yield problem(f"{shown} is the folder of the new project, not a package in it", help_text)
    elif not all(map(is_identifier, (package := _package_of(real(place), project)).parts)):
        part = next(part for part in package.parts if not is_identifier(part))
        help_text = "Name folders that can be imported: letters, digits and _."
        yield problem(f"modules in {shown} cannot be imported: `{part}` is not a name", help_text)
    elif (config := project.config) and not any(
        real(place).is_relative_to(p) for p in config.paths
    ):
        help_text = f'Add "{shown_in(real(place), project)}" to `paths`, or leave out `--path`.'
        yield problem(f"{shown} is in none of the folders that `paths` names", help_text)


def choose_package(project: Project, folder: Path, path: str | None) -> Package | None:
    """Return the package that the module goes into, None if there is none or several are possible."""
    if path is not None:
        return _package_of(real(folder / path), project)
    package, config = project.package, project.config
    if config is None or any(package and package.folder.is_relative_to(p) for p in config.paths):
        return package
    return _package_of(config.paths[0], project)


def _package_of(folder: Path, project: Project) -> Package:
    """Return the package in `folder`, imported from the deepest folder that modules are imported from."""
    places = {*project.import_folders, project.root / "src", project.root}
    above = max((p for p in places if folder.is_relative_to(p)), key=lambda p: len(p.parts))
    return Package(above, folder.relative_to(above).parts)


def no_package(module: str, project: Project) -> Diagnostic:
    """Return why no package can be chosen."""
    if project.members:
        listed = ", ".join(project.members)
        help_text = (
            f"Start the module in one of them: `wsgen init {module} -C {project.members[0]}`."
        )
        return problem(f"this folder has no package of its own, but projects: {listed}", help_text)
    if project.packages:
        names = ", ".join(shown_in(package.folder, project) for package in project.packages)
        help_text = f"Choose one, such as `--path {shown_in(project.packages[0].folder, project)}`."
        return problem(f"several packages could take the module: {names}", help_text)
    help_text = "Name the folder of a new package: `--path NAME`."
    return problem("the name of the project cannot be that of a new package", help_text)


def shown_in(path: Path, project: Project) -> str:
    """Return `path` relative to the project."""
    return path.relative_to(project.root).as_posix()
