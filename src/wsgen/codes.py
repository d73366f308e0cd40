"""The table of diagnostic codes: what each means and what to do, for `wsgen explain`.

1xx ws.yaml, 2xx ws.py, 3xx types, 4xx generation and files, 5xx quality, 6xx AsyncAPI, 9xx configuration.
A code is never used for anything else once released.
"""

from typing import NamedTuple


class Code(NamedTuple):
    """One kind of finding: a short title, why it matters, and what to do about it."""

    title: str
    why: str
    fix: str


_YAML = {
    "WSG100": Code(
        "not valid YAML",
        "The file cannot be read as YAML, so none of its routers is known.",
        "Correct the syntax at the place shown. Indent with spaces, quote strings that hold `: ` or `#`.",
    ),
}

_PYTHON: dict[str, Code] = {}

_TYPES: dict[str, Code] = {}

_FILES: dict[str, Code] = {
    "WSG401": Code(
        "no such source",
        "A path on the command line or in `paths` is neither a folder nor a source file.",
        "Name a folder that holds modules, or a ws.yaml or ws.py.",
    ),
    "WSG402": Code(
        "no such module",
        "No source below the searched paths declares a module of this name.",
        "Correct the name; `wsgen list` shows the modules.",
    ),
    "WSG403": Code(
        "two modules in one folder",
        "The `output` setting gives two modules the same folder, so one would overwrite the other.",
        "Put {source_dir}, or both {module} and {version}, into [tool.wsgen] output.",
    ),
    "WSG404": Code(
        "template cannot be used",
        "A Jinja2 template of the project has a mistake, or asks for a value that is not there.",
        "Correct the template at the line shown; docs/templates.md lists the values.",
    ),
    "WSG405": Code(
        "cannot write",
        "A package is not current and its folder cannot be written.",
        "Render where the folder is writable and ship the result. A package that is current needs no writing.",
    ),
    "WSG406": Code(
        "lock is held",
        "Another process has been rendering this project for a very long time.",
        "Look for a wsgen process that hangs, and end it; the lock goes with it.",
    ),
    "WSG407": Code(
        "edited by hand",
        "A file in the generated package is not what wsgen wrote. It is kept, and its module is not rendered.",
        "Move the change to the source or a template; then `wsgen render --force` replaces the file.",
    ),
    "WSG408": Code(
        "not current",
        "Rendering would change the package: a source, a setting, a template or a tool is newer than it.",
        "Run `wsgen render` and commit the result; `wsgen diff` shows what changes.",
    ),
    "WSG409": Code(
        "module name not found",
        "A `module:` key renames the module, but not where every command can see it at a glance.",
        "Write `module: name` unindented on a line of its own.",
    ),
}

_QUALITY = {
    "WSG500": Code(
        "quality tool not installed",
        "A step that cannot run cannot vouch for the generated code, and is never skipped silently.",
        'Install the tools with `pip install "wsgen[quality]"`, or leave the step out of `steps` in '
        "[tool.wsgen.quality].",
    ),
    "WSG501": Code(
        "quality tool does not work",
        "The tool ended in a way that says nothing about the code: a crash, or a mistake in its configuration.",
        "Read its output below the message. Run the command shown by hand to see it again.",
    ),
    "WSG502": Code(
        "quality tool does not end",
        "The tool took longer than any check of generated code should, and was ended with its children.",
        "Run the command by hand to see what it waits for, or leave the step out of `steps`.",
    ),
    "WSG503": Code(
        "quality steps do not agree",
        "Each of two steps undoes what the other does, so no text exists that both leave as it is.",
        'Give both the same settings (for black and isort: `profile = "black"` in [tool.isort]), or leave '
        "one of them out of `steps`.",
    ),
    "WSG510": Code(
        "formatter cannot read the file",
        "The generated file is not valid Python. The templates that it was made from are to blame.",
        "Correct the project's own templates; with the built-in ones this is an error of wsgen.",
    ),
    "WSG511": Code(
        "flake8 finding",
        "The generated file breaks a rule of the project's flake8 configuration.",
        "Correct the source at the place shown, or ignore the rule for this path (`per-file-ignores`).",
    ),
    "WSG512": Code(
        "ruff finding",
        "The generated file breaks a rule of the project's ruff configuration that ruff cannot fix.",
        "Correct the source at the place shown, or ignore the rule for this path (`per-file-ignores`).",
    ),
    "WSG513": Code(
        "mypy finding",
        "The generated file does not type-check: most often a type does not exist, or is no pydantic model.",
        "Correct the type at the place shown, or the model it names. If mypy cannot find the models, name "
        "the directory they are importable from in `sources`.",
    ),
}

_ASYNCAPI: dict[str, Code] = {}

_CONFIGURATION: dict[str, Code] = {
    "WSG900": Code(
        "settings cannot be read",
        "pyproject.toml or wsgen.toml is not valid TOML, not UTF-8, too large or not readable.",
        "Correct the file at the place shown.",
    ),
    "WSG901": Code(
        "unknown setting",
        "A key in [tool.wsgen] means nothing to wsgen; a misspelt setting would silently do nothing.",
        "Use the name that the help suggests; docs/configuration.md lists all settings.",
    ),
    "WSG902": Code(
        "wrong setting",
        "A setting has a value of the wrong type or out of range.",
        "Write it as the help shows; docs/configuration.md describes each setting.",
    ),
    "WSG903": Code(
        "path leaves the project",
        "wsgen reads and writes below the project's folder only.",
        "Name a path below the folder that holds pyproject.toml or wsgen.toml.",
    ),
    "WSG904": Code(
        "setting names nothing",
        "A file or folder that a setting names does not exist.",
        "Create it or correct the path.",
    ),
}

CODES: dict[str, Code] = {
    **_YAML,
    **_PYTHON,
    **_TYPES,
    **_FILES,
    **_QUALITY,
    **_ASYNCAPI,
    **_CONFIGURATION,
}
