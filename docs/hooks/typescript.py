"""The page of the declarations of TypeScript clients, made from those of their runtime and its doc comments."""

import re
from collections.abc import Iterator
from pathlib import Path

_RUNTIME = Path(__file__).parents[2] / "src/wsgen/outputs/clients/typescript/runtime"
_PARTS = {
    "runtime": "The client",
    "runtime-react": "Hooks of React",
    "runtime-mock": "The mock",
}
_IGNORED = "// prettier-ignore\n"
_NAMED = re.compile(
    r"^(?:export )?(?:declare )?(?:class|interface|type|function|const) (\w+)", re.MULTILINE
)
_START = """# Declarations of the TypeScript client

What `index.ts`, `react.ts` and `mock.ts` of a [generated client](../how-to/typescript.md) stand on. How it
behaves is in [The TypeScript client](typescript.md).
"""


def typescript_page() -> str:
    """Return the page; it says how the runtime is built where it is not."""
    if not (_RUNTIME / "runtime.d.ts").is_file():
        return f"{_START}\nThis site was built without the runtime: run `make client` first.\n"
    sections = [
        f"\n## {title}\n{''.join(_declarations(_RUNTIME / f'{part}.d.ts'))}"
        for part, title in _PARTS.items()
    ]
    return _START + "".join(sections)


def _declarations(file: Path) -> Iterator[str]:
    """Yield each declaration that users import: its name, its doc comment, its text."""
    text = file.read_text("utf-8")
    listed = re.findall(r"^export (?:type )?\{(.*)\}$", text, re.MULTILINE)
    exported = {name.strip() for names in listed for name in names.split(",")}
    for statement in text.split("\n\n"):
        comment, _, declared = statement.rpartition(_IGNORED)
        named = _NAMED.match(declared)
        if named and (named[1] in exported or declared.startswith("export")):
            plain = re.sub(r"^/\*\*|\*/$|^ ?\*", "", comment.strip(), flags=re.MULTILINE).strip()
            declared = re.sub(r"^(export |declare )+", "", declared.strip())
            yield f"\n### {named[1]}\n\n{plain}\n\n```typescript\n{declared}\n```\n"
