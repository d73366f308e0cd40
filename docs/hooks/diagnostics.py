"""The page of all diagnostics, made from the code table."""

from wsgen.codes import CODES, Code

RANGES = {
    "1": "`ws.yaml`",
    "2": "`ws.py`",
    "3": "Types",
    "4": "Generation, files, templates and migration",
    "5": "Quality steps",
    "6": "AsyncAPI",
    "7": "Clients",
    "9": "Settings",
}
LANGUAGES = {"yaml": "yaml", "py": "python", "toml": "toml", "jinja": "jinja", "console": "console"}
HEAD = """\
# Diagnostics

Every diagnostic of wsgen has a code. `wsgen explain CODE` prints what this page says about it. A code never
changes its meaning, and is not used again when it is no longer needed.
"""


def diagnostics_page() -> str:
    """Return the page as Markdown: a section for each range, and in it one for each code."""
    parts = [HEAD]
    for digit, title in RANGES.items():
        parts.append(f"## WSG{digit}xx: {title}\n")
        parts += [_section(name, code) for name, code in CODES.items() if name[3] == digit]
    return "\n".join(parts)


def _section(name: str, code: Code) -> str:
    text = f"### {name}: {code.title}\n\n{code.what} {code.why}\n\n{code.fix}\n"
    if not code.wrong:
        return text
    language = LANGUAGES.get(code.file.rpartition(".")[2].rpartition(" ")[2], "text")
    where = "" if code.file == "console" else f", in `{code.file}`"
    for label, example in ((f"Wrong{where}", code.wrong), ("Right", code.right)):
        text += f"\n{label}:\n\n```{language}\n{example}\n```\n"
    return text
