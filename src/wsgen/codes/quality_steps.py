"""WSG5xx: what can be wrong with a quality step, or with what it checks."""

from wsgen.codes.code import Code

QUALITY_STEPS: dict[str, Code] = {
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
