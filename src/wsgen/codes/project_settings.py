"""WSG9xx: what can be wrong with the settings of a project; also the count of further problems."""

from wsgen.codes.code import Code

PROJECT_SETTINGS: dict[str, Code] = {
    "WSG900": Code(
        title="settings cannot be read",
        what="pyproject.toml or wsgen.toml is not valid TOML, not UTF-8, too large or not readable.",
        why="Without its settings, wsgen would not render what the project wants.",
        fix="Correct the file at the place shown.",
        file="pyproject.toml",
        wrong="""
            [tool.wsgen]
            paths = [specs]
        """,
        right="""
            [tool.wsgen]
            paths = ["specs"]
        """,
    ),
    "WSG901": Code(
        title="unknown setting",
        what="A key in [tool.wsgen] is not a setting of wsgen.",
        why="A misspelt setting that is ignored would silently do nothing.",
        fix="Use the name in the help; https://wsgen.github.io/wsgen/reference/settings/ lists all settings.",
        file="pyproject.toml",
        wrong="""
            [tool.wsgen]
            path = ["specs"]
        """,
        right="""
            [tool.wsgen]
            paths = ["specs"]
        """,
    ),
    "WSG902": Code(
        title="wrong setting",
        what="A setting has a value of the wrong type or out of range.",
        why="wsgen cannot interpret such a value.",
        fix="Write it as the help shows; https://wsgen.github.io/wsgen/reference/settings/ describes it.",
        file="pyproject.toml",
        wrong="""
            [tool.wsgen]
            paths = "specs"
        """,
        right="""
            [tool.wsgen]
            paths = ["specs"]
        """,
    ),
    "WSG903": Code(
        title="path leaves the project",
        what="A path in the settings or on the command line is not below the project's folder.",
        why="wsgen reads and writes below the project's folder only.",
        fix="Name a path below the folder that holds pyproject.toml or wsgen.toml.",
        file="pyproject.toml",
        wrong="""
            [tool.wsgen]
            paths = ["../other/specs"]
        """,
        right="""
            [tool.wsgen]
            paths = ["specs"]
        """,
    ),
    "WSG904": Code(
        title="setting names nothing",
        what="A file or folder that a setting names does not exist.",
        why="wsgen would otherwise ignore the setting, and render something else.",
        fix="Create it or correct the path.",
        file="pyproject.toml",
        wrong="""
            [tool.wsgen]
            templates = "no-such-folder"
        """,
        right="""
            [tool.wsgen]
            templates = "templates"
        """,
    ),
    "WSG905": Code(
        title="environment without interpreter",
        what="VIRTUAL_ENV or a `.venv` of the project leads to no interpreter that can be started.",
        why="Tools and imports look at another environment then, in which packages may be missing.",
        fix="Create the environment anew, unset VIRTUAL_ENV, or set `python` in [tool.wsgen].",
        file="console",
        wrong="""
            $ VIRTUAL_ENV=/no/such/environment wsgen check
        """,
        right="""
            $ python -m venv .venv
            $ wsgen check
        """,
    ),
    "WSG910": Code(
        title="module that cannot be started",
        what="`wsgen init` cannot start a module of this name, in this place, or with these models.",
        why="It writes only what the next `wsgen render` finds, and what can be imported.",
        fix="Choose another name, place or module of models, as the help says; nothing was written.",
    ),
    "WSG990": Code(
        title="more problems",
        what="A file has more than a hundred problems, and only the first hundred are shown.",
        why="Most of the others tend to have the same cause.",
        fix="Correct those that are shown, then run the command again.",
    ),
}
