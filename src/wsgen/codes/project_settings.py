"""WSG9xx: what can be wrong with the settings of a project; also the count of further problems."""

from wsgen.codes.code import Code

PROJECT_SETTINGS: dict[str, Code] = {
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
    "WSG990": Code(
        "more problems",
        "Of one file the first hundred problems are shown; most of the others tend to have the same cause.",
        "Correct those that are shown, then run the command again.",
    ),
}
