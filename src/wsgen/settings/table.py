"""The settings of a project: name, type, default and meaning of each, for the reader and for the JSON Schema."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from wsgen.settings.config import OUTPUT, READINGS, STEPS

PLACEHOLDERS = ("source_dir", "module", "version")
"""What the setting `output` may contain in braces."""

_DAY = 86_400
_DOTTED = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"


class Type(NamedTuple):
    """A type of values: in words, as a JSON Schema, as an example in TOML, and as a check of a value."""

    words: str
    schema: Mapping[str, object]
    example: str
    fits: Callable[[object], bool]


class Setting(NamedTuple):
    """One setting; `default` is its value where it is not set, None if that depends on the project.

    One that is `required` has to be set.
    """

    name: str
    description: str
    type: Type
    default: object = None
    required: bool = False


class Table(NamedTuple):
    """A table of settings; without `settings`, what is in it is checked elsewhere.

    A table that is `named` holds any number of such tables by name. One with a setting that is required may be
    missing as a whole.
    """

    name: str
    description: str
    settings: "tuple[Setting | Table, ...]" = ()
    named: bool = False


def is_npm_name(name: str) -> bool:
    """Return whether `name` may be a package of npm, or a part of one."""
    return re.fullmatch(_NPM_NAME, name) is not None


def is_whole_npm_name(name: str) -> bool:
    """Return whether `name` may be a package of npm."""
    return re.fullmatch(_WHOLE_NAME, name) is not None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _is_command(value: object) -> bool:
    words = value if isinstance(value, list) else [value]
    return bool(words) and all(_is_text(word) for word in words)


def _are_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _DAY


STEP_NAME = r"^[a-z][a-z0-9-]*$"
"""What a step that a project defines may be called."""

_STEP_NAME = {"type": "string", "pattern": STEP_NAME}
_NOT_EMPTY = {"type": "string", "minLength": 1}
_TEXT = Type("a string that is not empty", _NOT_EMPTY, '"..."', _is_text)
_NAME = Type(_TEXT.words, {"type": "string", "pattern": _DOTTED}, '"..."', _is_text)
_PATHS = Type("a list of paths", {"type": "array", "items": _NOT_EMPTY}, '["..."]', _are_texts)
_STEPS = Type(
    "a list of step names",
    {"type": "array", "items": {"anyOf": [{"enum": list(STEPS)}, _STEP_NAME]}},
    '["black"]',
    _are_texts,
)
_COMMAND = Type(
    "a command line, as a string or a list of strings",
    {"anyOf": [_NOT_EMPTY, {"type": "array", "items": _NOT_EMPTY, "minItems": 1}]},
    '"pylint --rcfile=.pylintrc"',
    _is_command,
)
_YES_OR_NO = Type("true or false", {"type": "boolean"}, "true", lambda v: isinstance(v, bool))
_NPM_NAME = r"^(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*(/[A-Za-z0-9._~-]+)*$"
_NPM_PACKAGE = Type(
    "the name of an npm package",
    {"type": "string", "pattern": _NPM_NAME},
    '"@wsgen/client"',
    lambda value: isinstance(value, str) and is_npm_name(value),
)
_WHOLE_NAME = r"^(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*$"
_WHOLE_PACKAGE = Type(
    "the name of an npm package, and of no part of one",
    {"type": "string", "pattern": _WHOLE_NAME},
    '"@acme/feed"',
    lambda value: isinstance(value, str) and is_whole_npm_name(value),
)
_READING = Type(
    " or ".join(f'"{reading}"' for reading in READINGS),
    {"enum": list(READINGS)},
    '"text"',
    lambda value: value in READINGS,
)
_SECONDS = Type(
    f"a number of seconds above 0 and at most {_DAY}",
    {"type": "number", "exclusiveMinimum": 0, "maximum": _DAY},
    "600",
    _are_seconds,
)

SETTINGS: tuple[Setting | Table, ...] = (
    Setting("paths", "The folders in which sources are searched if no PATH is given.", _PATHS),
    Setting(
        "output",
        "The folder of a module's package, in terms of {source_dir}, {module} and {version}.",
        _TEXT,
        OUTPUT,
    ),
    Setting(
        "template",
        "The file of the project's own generic class, which routers are made from.",
        _TEXT,
    ),
    Setting("templates", "A folder of templates that replace the built-in ones.", _TEXT),
    Setting("models", "The package that bare type names are imported from.", _NAME),
    Setting("sources", "The folders that modules are imported from.", _PATHS),
    Setting(
        "python",
        "The interpreter, or the environment with it, that tools and imports look at. By default that of "
        "VIRTUAL_ENV, else of the project's .venv, else the one that wsgen runs in.",
        _TEXT,
    ),
    Table(
        "quality",
        "The tools that generated files have to pass.",
        (
            Setting(
                "steps",
                "The quality steps and their order. By default those of the tools that the project configures.",
                _STEPS,
            ),
            Setting("timeout", "The seconds that one run of one tool may take.", _SECONDS, 600),
            Table(
                "commands",
                "Further quality steps: the project's own commands, by name.",
                (
                    Setting(
                        "command",
                        "The command line, to which the folders to check are added. No shell reads it.",
                        _COMMAND,
                        required=True,
                    ),
                    Setting("fixes", "Whether the command rewrites the files.", _YES_OR_NO, False),
                    Setting(
                        "reads",
                        "How problems are printed: as lines `path:line:column: message`, or as a SARIF log.",
                        _READING,
                        "text",
                    ),
                ),
                named=True,
            ),
        ),
    ),
    Table(
        "asyncapi",
        "The title, servers, security schemes and other metadata of the documents.",
    ),
    Table(
        "clients",
        "Typed clients, which are rendered and checked with the other files.",
        (
            Table(
                "typescript",
                "The TypeScript client of all modules.",
                (
                    Setting(
                        "path",
                        "The folder of the client, which nothing else is in. It may be outside of the project.",
                        _TEXT,
                        required=True,
                    ),
                    Setting(
                        "runtime",
                        "The npm package to import the runtime from. By default the client has a copy of it.",
                        _NPM_PACKAGE,
                    ),
                    Setting(
                        "open_enums",
                        "Whether enumerations take values that the models do not have yet.",
                        _YES_OR_NO,
                        False,
                    ),
                    Setting(
                        "react",
                        "Whether there are hooks of React, in `react.ts`.",
                        _YES_OR_NO,
                        False,
                    ),
                    Setting(
                        "mock",
                        "Whether there is a mock for tests and stories, in `mock.ts`.",
                        _YES_OR_NO,
                        False,
                    ),
                    Setting(
                        "zod",
                        "Whether there are schemas of zod, in `schemas.ts`.",
                        _YES_OR_NO,
                        False,
                    ),
                    Setting(
                        "package",
                        "The name of the npm package that the folder is then, by a `package.json`.",
                        _WHOLE_PACKAGE,
                    ),
                ),
            ),
        ),
    ),
)


def settings_schema() -> dict[str, object]:
    """Return the JSON Schema of [tool.wsgen], for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://wsgen.github.io/wsgen/schemas/1/settings.schema.json",
        "title": "Settings of wsgen",
        "description": "The content of wsgen.toml, or of [tool.wsgen] in pyproject.toml.",
        **_object(SETTINGS),
    }


def _object(settings: tuple[Setting | Table, ...]) -> dict[str, object]:
    properties = {setting.name: _property(setting) for setting in settings}
    required = [s.name for s in settings if isinstance(s, Setting) and s.required]
    found: dict[str, object] = {"type": "object", "properties": properties}
    return found | ({"required": required} if required else {}) | {"additionalProperties": False}


def _property(setting: Setting | Table) -> dict[str, object]:
    described: dict[str, object] = {"description": setting.description}
    if isinstance(setting, Table):
        if setting.named:
            names = {**_STEP_NAME, "not": {"enum": list(STEPS)}}
            each = _object(setting.settings)
            return described | {
                "type": "object",
                "propertyNames": names,
                "additionalProperties": each,
            }
        return described | (_object(setting.settings) if setting.settings else {"type": "object"})
    default = {} if setting.default is None else {"default": setting.default}
    return described | dict(setting.type.schema) | default
