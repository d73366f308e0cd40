"""The settings as written -> Config, or what is wrong with them."""

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeGuard  # Any: values of TOML, which are checked before they are used

from wsgen.diagnostics import Diagnostic
from wsgen.environment import Environment, environment_at, running_environment
from wsgen.errors import ConfigError
from wsgen.files import real, repository_of
from wsgen.names import did_you_mean, is_dotted
from wsgen.settings.config import (
    OUTPUT,
    STEPS,
    ClientSettings,
    Config,
    OwnCommand,
    default_sources,
)
from wsgen.settings.default_environment import default_environment
from wsgen.settings.key_places import SettingPlaces, prefix_of
from wsgen.settings.table import PLACEHOLDERS, SETTINGS, STEP_NAME, Setting, Table

_Keys = tuple[str, ...]


def checked_config(
    table: Mapping[str, object], root: Path, file: Path, environment: Environment | None = None
) -> Config:
    """Return the settings in `table`, which is in `file`, for the project at `root`.

    With `environment`, that is what tools and imports look at, whatever the settings say.

    Raises ConfigError with one diagnostic for each setting that is unknown or wrong.
    """
    return _SettingsCheck(root, file).config(table, environment)


class _SettingsCheck:
    """Checks one table of settings and collects what is wrong with it."""

    def __init__(self, root: Path, file: Path) -> None:
        self.root = root
        self.file = file
        self.places: SettingPlaces | None = None
        self.found: list[Diagnostic] = []

    def config(self, table: Mapping[str, object], given: Environment | None) -> Config:
        values = self.values(table, SETTINGS, ())
        quality, asyncapi = values["quality"], values["asyncapi"]
        commands = self.commands(quality["commands"])
        self.security_schemes(asyncapi)
        environment, warnings = (given, ()) if given else self.environment(values["python"])
        config = Config(
            root=self.root,
            file=self.file,
            paths=(self.root,) if values["paths"] is None else self.paths("paths", values["paths"]),
            output=self.output(values["output"]),
            template=self.existing("template", values["template"], Path.is_file, "file"),
            templates=self.existing("templates", values["templates"], Path.is_dir, "folder"),
            models=self.models(values["models"]),
            sources=self.paths("sources", values["sources"]) or default_sources(self.root),
            steps=self.steps(quality["steps"], environment, commands, quality["commands"]),
            commands=MappingProxyType(commands),
            steps_named=quality["steps"] is not None,
            timeout=float(quality["timeout"]),
            environment=environment,
            warnings=warnings,
            asyncapi=MappingProxyType(asyncapi),
            clients=self.clients(values["clients"]),
        )
        if self.found:
            raise ConfigError("the settings are not usable", self.found)
        return config

    def values(
        self, table: Mapping[str, object], settings: Iterable[Setting | Table], keys: _Keys
    ) -> dict[str, Any]:
        """Return the value of each of `settings`, its default where it is missing or of a wrong type."""
        known = {setting.name: setting for setting in settings}
        for key in table.keys() - known.keys():
            help_text = did_you_mean(key, known, f"Known are: {', '.join(known)}.")
            if key == "tool" and not keys:
                help_text = (
                    "Leave `tool.wsgen` out: in wsgen.toml, [tool.wsgen.quality] is [quality]."
                )
            where = self.header(keys) if prefix_of(self.file) or keys else self.file.name
            self.fail(
                "WSG901", (*keys, key), f"`{key}` is not a known setting in {where}", help_text
            )
        return {
            name: self.value(table.get(name), setting, (*keys, name))
            for name, setting in known.items()
        }

    def value(self, value: object, setting: Setting | Table, keys: _Keys) -> object:
        if isinstance(setting, Table):
            return self.table(value, setting, keys)
        if value is None:
            if setting.required:
                where = ".".join((*prefix_of(self.file), *keys[:-1]))
                help_text = f"Write {setting.name} = {setting.type.example}."
                self.fail("WSG902", keys, f"[{where}] has no `{setting.name}`", help_text)
            return setting.default
        if setting.type.fits(value):
            return value
        help_text = f"Write {setting.name} = {setting.type.example}."
        self.fail("WSG902", keys, f"`{setting.name}` must be {setting.type.words}", help_text)
        return setting.default

    def table(self, value: object, setting: Table, keys: _Keys) -> dict[str, Any]:
        """Return the values of the settings in a table, by name if it holds any number of such tables."""
        found = {} if value is None else value
        table = found if self.is_table(found, keys) else {}
        if setting.named:
            return {
                name: self.values(entry, setting.settings, (*keys, name))
                for name, entry in table.items()
                if self.is_table(entry, (*keys, name))
            }
        if value is None and any(isinstance(s, Setting) and s.required for s in setting.settings):
            return {}
        return self.values(table, setting.settings, keys) if setting.settings else dict(table)

    def is_table(self, value: object, keys: _Keys) -> TypeGuard[dict[str, object]]:
        if isinstance(value, dict):
            return True
        self.fail("WSG902", keys, f"`{keys[-1]}` must be a table", f"Write {self.header(keys)}.")
        return False

    def header(self, keys: _Keys) -> str:
        """Return the header of the table `keys` in the file."""
        return f"[{'.'.join((*prefix_of(self.file), *keys))}]"

    def fail(self, code: str, keys: _Keys, message: str, help_text: str) -> None:
        if self.places is None:
            self.places = SettingPlaces(self.file)
        self.found.append(Diagnostic(code, message, self.places.of(keys), help=help_text))

    def paths(self, key: str, values: Iterable[str] | None) -> tuple[Path, ...]:
        found = (self.inside(key, value) for value in values or ())
        return tuple(path for path in found if path is not None)

    def inside(self, key: str, value: str) -> Path | None:
        """Return `value` as a path, refusing one outside of the project."""
        if "\0" not in value:
            path = real(self.root / value)
            if path.is_relative_to(self.root):
                return path
        help_text = f"Name a path below {self.file.name}'s folder."
        self.fail("WSG903", (key,), f"`{key}` leaves the project: {value!r}", help_text)
        return None

    def existing(
        self, key: str, value: str | None, exists: Callable[[Path], bool], kind: str
    ) -> Path | None:
        path = self.inside(key, value) if value is not None else None
        if path is None or _is_there(path, exists):
            return path
        help_text = f"Create the {kind} or correct the path."
        self.fail("WSG904", (key,), f"`{key}` does not name a {kind}: {value!r}", help_text)
        return None

    def output(self, value: str) -> str:
        if value == OUTPUT:
            return value
        from string import Formatter  # its import takes longer than to read all settings

        try:
            fields = [field[1:] for field in Formatter().parse(value) if field[1] is not None]
        except ValueError:
            fields = [(value, "", None)]
        problem = None
        if bad := [name for name, spec, how in fields if name not in PLACEHOLDERS or spec or how]:
            names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            problem = f"`output` has an unknown placeholder {bad[0]!r}", f"Use {names}."
        elif not {name for name, _, _ in fields} & {"source_dir", "module"}:
            problem = (
                "`output` would be the same folder for every module",
                "Put {source_dir} or {module} into it.",
            )
        if problem is None:
            return value
        self.fail("WSG902", ("output",), *problem)
        return OUTPUT

    def models(self, value: str | None) -> str | None:
        if value is None or is_dotted(value):
            return value
        message = f"`models` is not an importable name: {value!r}"
        self.fail("WSG902", ("models",), message, 'Write it as "package.module".')
        return None

    def environment(self, value: str | None) -> tuple[Environment, tuple[Diagnostic, ...]]:
        """Return the environment that `value` names, else that of the project, and what was passed over."""
        if value is None:
            return default_environment(self.root)
        place = os.path.normpath(self.root / os.path.expanduser(value))  # noqa: PTH111  which raises nothing
        if found := environment_at(place, f"`python` in {self.file.name}"):
            return found, ()
        message = f"`python` names neither an interpreter nor an environment: {value!r}"
        help_text = "Create the environment, or correct the path."
        self.fail("WSG904", ("python",), message, help_text)
        return running_environment(), ()

    def steps(
        self,
        names: Iterable[str] | None,
        environment: Environment,
        commands: Mapping[str, OwnCommand],
        declared: Collection[str],
    ) -> tuple[str, ...]:
        """Return the steps that `names` are; the commands `declared` are known, also those that are wrong."""
        if names is None:
            from wsgen.settings.choice import choose_steps  # only where the settings name no steps

            return choose_steps(self.root, environment, commands).steps
        known = (*STEPS, *commands)
        for name in names:
            if name not in known and name not in declared:
                help_text = did_you_mean(name, known, f"Known are: {', '.join(known)}.")
                self.fail(
                    "WSG902", ("quality", "steps"), f"there is no quality step {name!r}", help_text
                )
        return tuple(dict.fromkeys(name for name in names if name in known))

    def commands(self, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, OwnCommand]:
        """Return the quality steps that the settings define."""
        found = {}
        for name, table in tables.items():
            keys = ("quality", "commands", name)
            if name in STEPS:
                message = f"`{name}` is a quality step that wsgen has"
                self.fail("WSG902", keys, message, "Give the command another name.")
            elif not re.search(STEP_NAME, name):
                help_text = "Write lower-case letters, digits and `-`."
                self.fail("WSG902", keys, f"{name!r} cannot be the name of a step", help_text)
            elif line := self.words(table["command"], (*keys, "command")):
                found[name] = OwnCommand(name, line, table["fixes"], table["reads"])
        return found

    def clients(self, tables: Mapping[str, Mapping[str, Any]]) -> tuple[ClientSettings, ...]:
        """Return the clients that the settings define."""
        found = []
        for language, table in tables.items():
            if (path := table.get("path")) is None:  # there is no such table, or it is wrong
                continue
            keys = ("clients", language, "path")
            place = real(self.root / path) if "\0" not in path else None
            around = repository_of(self.root) or self.root
            if (
                place is None
                or not place.is_relative_to(around)
                or self.root.is_relative_to(place)
                or ".git" in place.relative_to(around).parts
            ):
                message = f"`path` does not name a folder of its own in the repository: {path!r}"
                self.fail("WSG903", keys, message, "Name a folder that only the client is in.")
            else:
                options = {name: value for name, value in table.items() if name != "path"}
                found.append(ClientSettings(language, place, project=self.root, **options))
        return tuple(found)

    def words(self, command: str | list[str] | None, keys: _Keys) -> tuple[str, ...]:
        """Return the words of a command line, which may be quoted as for a shell; none if it has none."""
        if not isinstance(command, str):
            return tuple(command or ())
        import shlex  # hardly ever needed

        try:
            line, problem = shlex.split(command), "is empty"
        except ValueError as error:
            line, problem = [], f"cannot be split into words: {error}".rstrip(".").lower()
        if not line:
            help_text = 'Write it as a list: command = ["pylint", "--rcfile=.pylintrc"].'
            self.fail("WSG902", keys, f"`command` {problem}", help_text)
        return tuple(line)

    def security_schemes(self, asyncapi: Mapping[str, object]) -> None:
        """Check the security schemes, since sources name them; the rest is checked where documents are made."""
        keys = ("asyncapi", "securitySchemes")
        schemes = asyncapi.get("securitySchemes", {})
        if not isinstance(schemes, dict):
            help_text = "Write [tool.wsgen.asyncapi.securitySchemes]."
            self.fail("WSG902", keys, "`securitySchemes` must be a table", help_text)
            return
        for name, scheme in schemes.items():
            if not isinstance(scheme, dict) or not isinstance(scheme.get("type"), str):
                message = f"security scheme `{name}` must be a table with a `type`"
                help_text = f'Write {name} = {{type = "http", scheme = "bearer"}}.'
                self.fail("WSG902", (*keys, name), message, help_text)


def _is_there(path: Path, exists: Callable[[Path], bool]) -> bool:
    try:
        return exists(path)
    except OSError:
        return False  # No file system accepts such a name.
