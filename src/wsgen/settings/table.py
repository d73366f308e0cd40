"""The table of settings as written -> Config, or what is wrong with it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from wsgen.diagnostics import Diagnostic
from wsgen.errors import ConfigError
from wsgen.files import real
from wsgen.names import is_dotted, nearest
from wsgen.settings.config import DEFAULT_STEPS, OUTPUT, STEPS, Config, default_sources
from wsgen.settings.key_places import SettingPlaces, prefix_of

_PLACEHOLDERS = ("source_dir", "module", "version")


def read_config(table: Mapping[str, object], root: Path, file: Path) -> Config:
    """Return the settings in `table`, which stands in `file`, for the project at `root`.

    Raises ConfigError with one diagnostic for each setting that is unknown or wrong.
    """
    return _Reader(root, file).config(table)


class _Reader:
    """Reads one table of settings and collects what is wrong with it."""

    def __init__(self, root: Path, file: Path) -> None:
        self.root = root
        self.file = file
        self.places: SettingPlaces | None = None
        self.found: list[Diagnostic] = []

    def config(self, table: Mapping[str, object]) -> Config:
        root = self.root
        self.refuse_unknown(
            table,
            (),
            (
                "paths",
                "output",
                "template",
                "templates",
                "models",
                "sources",
                "quality",
                "asyncapi",
            ),
        )
        quality = self.table(table, (), "quality")
        self.refuse_unknown(quality, ("quality",), ("steps", "timeout"))
        paths = self.paths(table, "paths")
        sources = self.paths(table, "sources")
        config = Config(
            root=root,
            file=self.file,
            paths=paths or (root,),
            output=self.output(table),
            template=self.file_at(table, "template", Path.is_file, "file"),
            templates=self.file_at(table, "templates", Path.is_dir, "folder"),
            models=self.models(table),
            sources=sources or default_sources(root),
            steps=self.steps(quality),
            timeout=self.timeout(quality),
            asyncapi=MappingProxyType(self.asyncapi(table)),
        )
        if self.found:
            raise ConfigError("the settings are not usable", self.found)
        return config

    def fail(self, code: str, keys: tuple[str, ...], message: str, advice: str) -> None:
        if self.places is None:
            self.places = SettingPlaces(self.file)
        self.found.append(Diagnostic(code, message, self.places.of(keys), help=advice))

    def refuse_unknown(
        self, table: Mapping[str, object], keys: tuple[str, ...], known: tuple[str, ...]
    ) -> None:
        for key in table.keys() - set(known):
            close = nearest(key, known)
            advice = f"Did you mean `{close}`?" if close else f"Known are: {', '.join(known)}."
            where = ".".join((*prefix_of(self.file), *keys)) or self.file.name
            self.fail("WSG901", (*keys, key), f"unknown setting `{key}` in [{where}]", advice)

    def table(
        self, table: Mapping[str, object], keys: tuple[str, ...], key: str
    ) -> Mapping[str, object]:
        value = table.get(key, {})
        if isinstance(value, dict):
            return value
        self.fail("WSG902", (*keys, key), f"`{key}` must be a table", f"Write [tool.wsgen.{key}].")
        return {}

    def asyncapi(self, table: Mapping[str, object]) -> dict[str, object]:
        """Return the fields of documents; what is in them is checked where documents are made.

        Only the security schemes are needed here: sources name them, and stubs hold those that they name.
        """
        fields = self.table(table, (), "asyncapi")
        schemes = self.table(fields, ("asyncapi",), "securitySchemes")
        for name, scheme in schemes.items():
            if not isinstance(scheme, dict) or not isinstance(scheme.get("type"), str):
                message = f"security scheme `{name}` must be a table with a `type`"
                advice = f'Write {name} = {{type = "http", scheme = "bearer"}}.'
                self.fail("WSG902", ("asyncapi", "securitySchemes", name), message, advice)
        return dict(fields)

    def text(self, table: Mapping[str, object], key: str) -> str | None:
        value = table.get(key)
        if value is None or (isinstance(value, str) and value and "\0" not in value):
            return value
        self.fail(
            "WSG902", (key,), f"`{key}` must be a string that is not empty", f'Write {key} = "...".'
        )
        return None

    def paths(self, table: Mapping[str, object], key: str) -> tuple[Path, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.fail(
                "WSG902", (key,), f"`{key}` must be a list of paths", f'Write {key} = ["..."].'
            )
            return ()
        return tuple(path for item in value if (path := self.inside(key, item)) is not None)

    def inside(self, key: str, value: str) -> Path | None:
        """Return `value` as a path, refusing one outside the project."""
        if "\0" not in value:
            path = real(self.root / value)
            if path.is_relative_to(self.root):
                return path
        self.fail(
            "WSG903",
            (key,),
            f"`{key}` leaves the project: {value!r}",
            f"Name a path below {self.file.name}'s folder.",
        )
        return None

    def file_at(
        self, table: Mapping[str, object], key: str, exists: Callable[[Path], bool], kind: str
    ) -> Path | None:
        value = self.text(table, key)
        path = self.inside(key, value) if value is not None else None
        if path is not None and not _there(path, exists):
            self.fail(
                "WSG904",
                (key,),
                f"`{key}` names no {kind}: {value!r}",
                f"Create the {kind} or correct the path.",
            )
            return None
        return path

    def output(self, table: Mapping[str, object]) -> str:
        value = self.text(table, "output")
        if value is None:
            return OUTPUT
        try:
            used = [
                (name, spec, how)
                for _, name, spec, how in Formatter().parse(value)
                if name is not None
            ]
        except ValueError:
            used = [(value, "", None)]
        if bad := [name for name, spec, how in used if name not in _PLACEHOLDERS or spec or how]:
            names = ", ".join(f"{{{name}}}" for name in _PLACEHOLDERS)
            self.fail(
                "WSG902",
                ("output",),
                f"`output` has an unknown placeholder {bad[0]!r}",
                f"Use {names}.",
            )
            return OUTPUT
        if not {name for name, _, _ in used} & {"source_dir", "module"}:
            self.fail(
                "WSG902",
                ("output",),
                "`output` would be the same folder for every module",
                "Put {source_dir} or {module} into it.",
            )
            return OUTPUT
        return value

    def models(self, table: Mapping[str, object]) -> str | None:
        value = self.text(table, "models")
        if value is not None and not is_dotted(value):
            self.fail(
                "WSG902",
                ("models",),
                f"`models` is no importable name: {value!r}",
                'Write it as "package.module".',
            )
            return None
        return value

    def steps(self, table: Mapping[str, object]) -> tuple[str, ...]:
        value = table.get("steps", list(DEFAULT_STEPS))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(
                "WSG902",
                ("quality", "steps"),
                "`steps` must be a list of step names",
                'Write steps = ["black"].',
            )
            return DEFAULT_STEPS
        for item in value:
            if item not in STEPS:
                close = nearest(item, STEPS)
                advice = f"Did you mean `{close}`?" if close else f"Known are: {', '.join(STEPS)}."
                self.fail("WSG902", ("quality", "steps"), f"unknown quality step {item!r}", advice)
        return tuple(dict.fromkeys(item for item in value if item in STEPS))

    def timeout(self, table: Mapping[str, object]) -> float:
        value = table.get("timeout", 600)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 86_400:
            return float(value)
        self.fail(
            "WSG902",
            ("quality", "timeout"),
            "`timeout` must be seconds: more than 0, at most 86400",
            "Write timeout = 600.",
        )
        return 600.0


def _there(path: Path, exists: Callable[[Path], bool]) -> bool:
    try:
        return exists(path)
    except OSError:
        return False  # No file system takes such a name.
