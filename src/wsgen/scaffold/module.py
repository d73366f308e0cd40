"""Start a module: its source, models and service, the project's settings, and an application if there is none."""

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wsgen.diagnostics import Diagnostic, has_errors
from wsgen.discovery.module_folder import output_of
from wsgen.discovery.modules import discover
from wsgen.errors import ConfigError, FilesError
from wsgen.files import bytes_of
from wsgen.pipeline.sources import load_modules
from wsgen.scaffold.applications import Application, serve_command
from wsgen.scaffold.models import models_in
from wsgen.scaffold.names import PACKAGE, Names, names_of
from wsgen.scaffold.package_folders import Package
from wsgen.scaffold.place import choose_package, no_package, shown_in, wrong_arguments
from wsgen.scaffold.project import Project, is_taken, is_used, problem, project_at
from wsgen.scaffold.python_files import import_name
from wsgen.scaffold.settings import attributes_file, settings_file
from wsgen.scaffold.texts import import_line, render_text
from wsgen.scaffold.wheels import left_out_of_wheel
from wsgen.scaffold.writing import write_all
from wsgen.settings.config import OUTPUT
from wsgen.settings.project_file import load_config
from wsgen.source import YAML_NAME, YAML_NAMES

_SIMPLE = re.compile(r"[\w.:/ -]+")
"""A command that can be shown in a docstring."""
_INIT = '"""A module of the application."""\n'
_OTHER_NAME = "Choose another name for the module, or move the file."


@dataclass(frozen=True)
class Started:
    """What was done: the files that were written, extended and kept, and what is needed for the next steps.

    `package`, `generated` and `service` are the names that the module, its generated package and its service are
    imported by. Its router has the name in `names` if its source `is_as_written` here. `application` serves it,
    if it `is_served`, or is the one that its lines belong to, None if there is none. `left_out` are lines about
    what a wheel would not have.
    """

    project: Project
    package: str
    generated: str
    names: Names
    endpoint: str
    written: tuple[Path, ...]
    extended: tuple[Path, ...]
    kept: tuple[Path, ...]
    application: Application | None
    is_served: bool
    service: str
    is_as_written: bool
    has_models: bool
    left_out: tuple[str, ...]


def start_module(
    module: str, folder: Path, path: str | None = None, models: str | None = None
) -> Started:
    """Start `module` in the project that `folder` belongs to; nothing that exists is changed but by additions.

    `path` is the folder that the module is put into, relative to `folder`; `models` is the Python module that
    has its models. Raises ConfigError with all that keeps the module from being started, and FilesError; then
    nothing is written.
    """
    try:
        return _start(module, folder, path, models)
    except OSError as error:  # what cannot be read may be a package, which must not be made again
        message = f"the project cannot be read: {error.filename or folder}: {error.strerror}"
        help_text = "Make its files and folders readable, then run `wsgen init` again."
        if error.errno == errno.ENAMETOOLONG:
            help_text = "Choose a shorter name."
        raise FilesError(message, [problem(message, help_text)]) from error


def _start(module: str, folder: Path, path: str | None, models: str | None) -> Started:
    project = project_at(folder)
    found = list(wrong_arguments(module, project, folder, path, models))
    home = None if found else choose_package(project, folder, path)
    if home is None:
        raise _refused(*(found or [no_package(module, project)]))
    return _Start(module, project, home, models).run()


class _Start:
    """One run: what it writes where."""

    def __init__(self, module: str, project: Project, home: Package, models: str | None) -> None:
        self.module = module
        self.project = project
        self.home = home
        self.folder = home.folder / module
        self.package = ".".join((*home.parts, module))
        self.generated = self._generated()
        self.own_models = models is None and not self._has_models()
        self.models = models or f"{self.package}.models"
        folders = (home.imported_from, *project.import_folders)
        known = None if self.own_models else models_in(self.models, folders)
        names = names_of(module, known)
        if isinstance(names, str):
            message = f"the models of `{models}` cannot be those of a first route: {names}"
            raise _refused(problem(message, "Leave out `--models`: then models are written."))
        self.names = names
        self.has_models = self.own_models or known is not None
        self.service = self._service()
        self.is_new = not any(os.path.lexists(self.folder / name) for name in YAML_NAMES)

    def run(self) -> Started:
        """Write what is missing, all of it or nothing."""
        project, root = self.project, self.project.root
        files: dict[Path, bytes] = {}
        if project.config is None:  # first, so that a run that is stopped leaves a project
            files.update([settings_file(project, self.home, self._paths())])
        output = project.config.output if project.config else OUTPUT
        if (attributes := attributes_file(root, output)) is not None:
            files[attributes[0]] = attributes[1]
        additions = set(files)
        application = self._application()
        is_own = bool(application and bytes_of(application.file) in (None, self._main(application)))
        if self.is_new:
            files.update(self._sources())
            if application is not None and is_own:
                files[application.file] = self._main(application)
            source = self.folder / YAML_NAME
            files[source] = files.pop(source)  # last: where it is, the module has all of its files
        self._require_free({file: data for file, data in files.items() if file not in additions})
        changed = {file: data for file, data in files.items() if bytes_of(file) != data}
        extended = tuple(file for file in changed if file.exists())
        write_all(changed, root, self._check)
        kept = [file for file in files if file not in changed]
        return Started(
            project=project,
            package=self.package,
            generated=self.generated,
            names=self.names,
            endpoint=self.endpoint,
            written=tuple(file for file in changed if file not in extended),
            extended=extended,
            kept=tuple(kept if self.is_new else [*kept, self.folder / YAML_NAME]),
            application=application,
            is_served=is_own,
            service=f"{self.package}.{self.service}",
            is_as_written=self.is_new
            or bytes_of(self.folder / YAML_NAME) == self._text(YAML_NAME).encode(),
            has_models=self.has_models,
            left_out=tuple(left_out_of_wheel(project, self.home, self.package, self.generated)),
        )

    def _application(self) -> Application | None:
        """Return the application of the project, or the one to write; None if that would be in the way."""
        if self.project.application is not None or not self.is_new:
            return self.project.application
        home = self.project.package or self.home
        file = home.folder / "main.py"
        return None if file.exists() else Application(file, "app", "FastAPI", served="app")

    @property
    def endpoint(self) -> str:
        """Return the path of the endpoint, which is the default of a `ws.yaml`."""
        return f"/{self.module}/ws"

    def _generated(self) -> str:
        """Return the name that the generated package is imported by, which follows from the setting `output`."""
        config = self.project.config
        if config is None:
            return f"{self.package}.{PACKAGE}"
        output = output_of(self.folder, self.module, None, config)
        folders = (self.home.imported_from, *self.project.import_folders)
        if (name := import_name(output / "__init__.py", folders)) is None:
            message = (
                f"the generated package {shown_in(output, self.project)} could not be imported"
            )
            help_text = "Correct `output` in the settings, or add the folder it is in to `sources`."
            raise _refused(problem(message, help_text))
        return name

    def _sources(self) -> dict[Path, bytes]:
        files = {folder / "__init__.py": _INIT for folder in self._new_folders()}
        if self.own_models:
            files[self.folder / "models.py"] = self._text("models.py")
        files[self.folder / f"{self.service}.py"] = self._text("service.py")
        files[self.folder / YAML_NAME] = self._text(YAML_NAME)
        return {file: text.encode() for file, text in files.items()}

    def _text(self, template: str) -> str:
        names, models = self.names, self.models
        values = {**vars(names), "module": self.module, "models": models}
        values["own_models"] = self.own_models
        values["imported"] = import_line(models, sorted({names.request, names.data}))
        return render_text(template, values)

    def _has_models(self) -> bool:
        """Return whether the folder has models of its own, as that of a module that had no routes until now."""
        there, names = bytes_of(self.folder / "models.py"), names_of(self.module, None)
        return there is not None and there != render_text("models.py", vars(names)).encode()

    def _service(self) -> str:
        """Return the name of the Python module for the service: another one if the first is taken."""
        text = self._text("service.py").encode()
        names = ("service", "ws_service")
        free = (n for n in names if bytes_of(self.folder / f"{n}.py") in (None, text))
        return next(free, names[-1])

    def _new_folders(self) -> Iterator[Path]:
        """Yield the folders of packages that are made, and those that a run has made that was stopped."""
        parts = (*self.home.parts, self.module)
        for count in range(1, len(parts) + 1):
            folder = self.home.imported_from.joinpath(*parts[:count])
            if not is_used(folder) or bytes_of(folder / "__init__.py") == _INIT.encode():
                yield folder

    def _main(self, application: Application) -> bytes:
        """Return an application that serves the module and nothing else."""
        command = serve_command(application, self.project.root, self.project.import_folders)
        values = {**vars(self.names), "module": self.module, "endpoint": self.endpoint}
        shown = command if command and _SIMPLE.fullmatch(command) else None
        values |= {"package": self.package, "generated": self.generated}
        values |= {"command": shown, "service_module": self.service}
        return render_text("main.py", values).encode()

    def _paths(self) -> list[str]:
        """Return the folders to search for sources; none, for all, if there are modules elsewhere."""
        root, home = self.project.root, self.home.folder
        config = load_config(root)
        others = discover(config.paths, config)
        if home == root or not all(each.directory.is_relative_to(home) for each in others):
            return []
        return [home.relative_to(root).as_posix()]

    def _require_free(self, files: dict[Path, bytes]) -> None:
        """Raise ConfigError if something is in the way of one of `files`, or would be hidden by the module."""
        taken = [f for f in files if os.path.lexists(f) and bytes_of(f) != files[f]]
        if os.path.lexists(self.folder) and not self.folder.is_dir():
            taken.append(self.folder)
        beside = self.folder.with_suffix(".py")
        found = [
            problem(
                f"{shown_in(file, self.project)} exists, and is not what `wsgen init` writes",
                _OTHER_NAME,
            )
            for file in taken
        ]
        if beside.exists() or beside in files:
            message = f"a package `{self.package}` would hide {shown_in(beside, self.project)}"
            found.append(problem(message, _OTHER_NAME))
        top = self.package.partition(".")[0]
        if not is_used(self.home.imported_from / top) and is_taken(top, self.project.environment):
            message = f"a package `{top}` would hide the one of that name that is installed"
            found.append(problem(message, "Choose another name."))
        if found:
            raise _refused(*found)

    def _check(self) -> None:
        """Raise ConfigError unless the next `wsgen render` finds the module, and loads it."""
        config = load_config(self.project.root)
        sources = [s for s in discover(config.paths, config) if s.directory == self.folder]
        if not sources:
            message = f"`wsgen render` would not find {shown_in(self.folder, self.project)}"
            help_text = "Choose another folder by `--path`, below one of `paths` in the settings."
            raise _refused(problem(message, help_text))
        _, diagnostics = load_modules(sources, config)
        if self.is_new and self.has_models and has_errors(diagnostics):
            raise _refused(*diagnostics)


def _refused(*found: Diagnostic) -> ConfigError:
    return ConfigError("the module cannot be started", found)
