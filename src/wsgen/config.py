"""The project's settings: `[tool.wsgen]` as written -> a resolved, frozen Config.

Imports nothing heavy: the settings are read on every run, also where nothing changed.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import ConfigError
from wsgen.names import is_dotted, nearest

STEPS = ("black", "ruff-format", "ruff-fix", "flake8", "ruff-check", "mypy", "isort")
"""The quality steps by name, in the order in which they run unless configured."""

OUTPUT = "{source_dir}/ws_generated"
_PLACEHOLDERS = ("source_dir", "module", "version")
_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one project; all paths are absolute and below `root`.

    `file` is where the settings were read from, None if there are none; `template` is the project's
    generic class, `templates` its folder of Jinja2 templates; `sources` are the folders that modules
    are importable from; `timeout` is in seconds, for each run of a tool.
    """

    root: Path
    file: Path | None = None
    paths: tuple[Path, ...] = ()
    output: str = OUTPUT
    template: Path | None = None
    templates: Path | None = None
    models: str | None = None
    sources: tuple[Path, ...] = ()
    steps: tuple[str, ...] = STEPS
    timeout: float = 600.0
    asyncapi: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def security_schemes(self) -> Mapping[str, object]:
        """Return the security schemes that sources may name, as AsyncAPI has them."""
        schemes = self.asyncapi.get("securitySchemes")
        return schemes if isinstance(schemes, dict) else {}

    @property
    def cache(self) -> Path:
        """Return the folder of what is only worth keeping on this machine."""
        return self.root / ".wsgen_cache"


def find_root(start: Path) -> Path:
    """Return the project that `start` belongs to.

    The nearest folder upwards with a `wsgen.toml` or a `[tool.wsgen]` table wins; else the nearest with
    a `pyproject.toml` or `.git`; else `start` itself.
    """
    start = start.resolve()
    if start.is_file():
        start = start.parent
    fallback: Path | None = None
    for folder in (start, *start.parents):
        if (folder / "wsgen.toml").is_file():
            return folder
        pyproject = folder / "pyproject.toml"
        if pyproject.is_file():
            if re.search(rb"^\s*\[\s*tool\s*\.\s*wsgen\b", _read(pyproject), re.MULTILINE):
                return folder
            fallback = fallback or folder
        elif fallback is None and (folder / ".git").exists():
            fallback = folder
    return fallback or start


def load_config(root: Path) -> Config:
    """Read the settings of the project at `root`; without any, return the defaults.

    Raises ConfigError with one diagnostic for each setting that is unknown or wrong.
    """
    root = root.resolve()
    for file, prefix in ((root / "wsgen.toml", ()), (root / "pyproject.toml", ("tool", "wsgen"))):
        if not file.is_file():
            continue
        data = _read(file)
        if prefix and b"wsgen" not in data:
            continue
        table = _table(file, data, prefix)
        if table is not None:
            return _Reader(root, file, data, prefix).config(table)
    return Config(root=root, paths=(root,), sources=_default_sources(root))


def _default_sources(root: Path) -> tuple[Path, ...]:
    source = root / "src"
    return (source, root) if source.is_dir() else (root,)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(_LIMIT + 1)
    except OSError as error:
        raise _unusable(
            file, f"cannot be read: {error.strerror}", "Make the file readable."
        ) from error
    if len(data) > _LIMIT:
        raise _unusable(
            file, "is larger than 1 MiB", "Keep settings in a smaller file, wsgen.toml."
        )
    return data


def _unusable(file: Path, problem: str, advice: str, line: int = 1, column: int = 1) -> ConfigError:
    span = Span(file, line, column, line, column)
    return ConfigError(
        "the settings cannot be read",
        [Diagnostic("WSG900", f"{file.name} {problem}", span, help=advice)],
    )


def _table(file: Path, data: bytes, prefix: tuple[str, ...]) -> Mapping[str, object] | None:
    try:
        found: object = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _unusable(file, "is not UTF-8", "Save the file as UTF-8.") from error
    except RecursionError as error:
        raise _unusable(file, "is nested too deeply", "Flatten the settings.") from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        problem = re.sub(r" \(at .*\)$", "", str(error))
        raise _unusable(
            file,
            f"is not valid TOML: {problem}",
            "Correct the syntax at the place shown.",
            line,
            column,
        ) from error
    for key in prefix:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


class _Reader:
    """Reads one table of settings and collects what is wrong with it."""

    def __init__(self, root: Path, file: Path, data: bytes, prefix: tuple[str, ...]) -> None:
        self.root = root
        self.file = file
        self.lines = data.decode("utf-8").splitlines()
        self.prefix = prefix
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
            sources=sources or _default_sources(root),
            steps=self.steps(quality),
            timeout=self.timeout(quality),
            asyncapi=MappingProxyType(self.asyncapi(table)),
        )
        if self.found:
            raise ConfigError("the settings are not usable", self.found)
        return config

    def fail(self, code: str, keys: tuple[str, ...], message: str, advice: str) -> None:
        self.found.append(Diagnostic(code, message, self.place(keys), help=advice))

    def place(self, keys: tuple[str, ...]) -> Span:
        """Return where the setting stands: tomllib keeps no positions, so look for header and key."""
        *tables, key = keys
        header = re.compile(r"\s*\[+\s*(.*?)\s*\]+\s*(?:#.*)?$")
        wanted = ".".join((*self.prefix, *tables))
        name = re.compile(rf"""\s*(["']?){re.escape(key)}\1\s*[=.]""")
        current, fallback = "", 1
        for number, line in enumerate(self.lines, 1):
            if match := header.match(line):
                current = re.sub(r"[\s\"']", "", match[1])
                if current in (wanted, f"{wanted}.{key}".lstrip(".")):
                    fallback = number
            elif current == wanted and name.match(line):
                start = len(line) - len(line.lstrip()) + 1
                return Span(self.file, number, start, number, start + len(key))
        return Span(self.file, fallback, 1, fallback, 1)

    def refuse_unknown(
        self, table: Mapping[str, object], keys: tuple[str, ...], known: tuple[str, ...]
    ) -> None:
        for key in table.keys() - set(known):
            close = nearest(key, known)
            advice = f"Did you mean `{close}`?" if close else f"Known are: {', '.join(known)}."
            where = ".".join((*self.prefix, *keys)) or self.file.name
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
            path = (self.root / value).resolve()
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
        if path is not None and not exists(path):
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
        value = table.get("steps", list(STEPS))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(
                "WSG902",
                ("quality", "steps"),
                "`steps` must be a list of step names",
                'Write steps = ["black"].',
            )
            return STEPS
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
            "`timeout` must be seconds, 1 to 86400",
            "Write timeout = 600.",
        )
        return 600.0
