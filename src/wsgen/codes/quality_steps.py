"""WSG5xx: what can be wrong with a quality step, or with what it checks."""

from wsgen.codes.code import Code

QUALITY_STEPS: dict[str, Code] = {
    "WSG500": Code(
        title="quality tool not installed",
        what="A configured quality step needs a tool that is not installed.",
        why="A step that cannot run says nothing about the generated code, and is never skipped "
        "silently.",
        fix='Install the tools with `pip install "wsgen[quality]"`, or name the other steps in `steps` of '
        "[tool.wsgen.quality]. Without this setting, a step runs whose tool the project configures.",
        file="console",
        wrong="""
            $ pip install wsgen
            $ wsgen render
        """,
        right="""
            $ pip install "wsgen[quality]"
            $ wsgen render
        """,
    ),
    "WSG501": Code(
        title="quality tool does not work",
        what="The tool ended with a crash, or with a mistake in its configuration.",
        why="Such an end says nothing about the code.",
        fix="Read its output below the message. Run the command shown by hand to see it again.",
        file="pyproject.toml",
        wrong="""
            [tool.ruff]
            line-lenght = 100
        """,
        right="""
            [tool.ruff]
            line-length = 100
        """,
    ),
    "WSG502": Code(
        title="quality tool does not end",
        what="The tool took longer than `timeout` in [tool.wsgen.quality], and was ended with its "
        "children.",
        why="A tool that hangs would otherwise hold up the run for ever.",
        fix="Run the command by hand to see what it waits for, raise `timeout`, or leave the step out "
        "of `steps`.",
    ),
    "WSG503": Code(
        title="quality steps do not agree",
        what="Each of two steps undoes what the other does.",
        why="No text exists that both leave as it is, so the generated files would change in each run.",
        fix='Give both the same settings (for black and isort: `profile = "black"` in [tool.isort]), or leave '
        "one of them out of `steps`.",
        file="pyproject.toml",
        wrong="""
            [tool.isort]
            line_length = 79

            [tool.black]
            line-length = 100
        """,
        right="""
            [tool.isort]
            profile = "black"
            line_length = 100

            [tool.black]
            line-length = 100
        """,
    ),
    "WSG510": Code(
        title="formatter cannot read the file",
        what="The generated file is not valid Python.",
        why="A formatter cannot format such a file, and nothing can import it.",
        fix="Correct the project's own templates; with the built-in ones this is a defect of wsgen.",
        file="router.py.jinja",
        wrong="""
            class {{ class_name }}
                {{ doc }}
        """,
        right="""
            class {{ class_name }}:
                {{ doc }}
        """,
    ),
    "WSG511": Code(
        title="flake8 rule broken",
        what="The generated file breaks a rule of the project's flake8 configuration.",
        why="The project's own gate would fail on the file.",
        fix="Correct the source at the place shown, or ignore the rule for this path "
        "(`per-file-ignores`).",
        file=".flake8",
        wrong="""
            [flake8]
            max-line-length = 40
        """,
        right="""
            [flake8]
            max-line-length = 40
            per-file-ignores = */ws_generated/*: E501
        """,
    ),
    "WSG512": Code(
        title="ruff rule broken",
        what="The generated file breaks a rule of the project's ruff configuration that ruff cannot "
        "fix.",
        why="The project's own gate would fail on the file.",
        fix="Correct the source at the place shown, or ignore the rule for this path "
        "(`per-file-ignores`).",
        file="pyproject.toml",
        wrong="""
            [tool.ruff.lint]
            select = ["ALL"]
        """,
        right="""
            [tool.ruff.lint]
            select = ["ALL"]
            per-file-ignores = {"**/ws_generated/*" = ["ANN", "D"]}
        """,
    ),
    "WSG513": Code(
        title="type error",
        what="The generated file does not type-check.",
        why="Usually a type does not exist, or is not a pydantic model.",
        fix="Correct the type at the place shown, or the model it names. If a type checker cannot find it, "
        "name the folder that it is importable from in `sources`.",
        file="pyproject.toml",
        wrong="""
            [tool.wsgen]
            sources = ["."]
        """,
        right="""
            [tool.wsgen]
            sources = ["src"]
        """,
    ),
    "WSG514": Code(
        title="problem found by the project's own command",
        what="A command in [tool.wsgen.quality.commands] reports a problem in the generated file.",
        why="The project has asked for code that the command accepts.",
        fix="Correct the source at the place shown, or let the command pass over the generated files.",
    ),
}
