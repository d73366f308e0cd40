"""Write values, keys and comments of a document as TypeScript, so that no text of it can end where it stands."""

import json
import re
from collections.abc import Sequence

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
"""Characters that end lines, or that change what a reader sees of the others."""


def is_identifier(name: str) -> bool:
    """Return whether `name` may follow a dot, in ASCII."""
    return _IDENTIFIER.fullmatch(name) is not None


def quoted(text: str) -> str:
    """Return `text` as a string of TypeScript, in ASCII."""
    return json.dumps(text)


def property_key(name: str) -> str:
    """Return `name` as the key of a property in an object type."""
    return name if is_identifier(name) else quoted(name)


def literal(value: object) -> str | None:
    """Return the type that has only the JSON value `value`, None if there is none."""
    if isinstance(value, list):
        items = [literal(item) for item in value]
        return None if None in items else f"[{', '.join(map(str, items))}]"
    if isinstance(value, dict):
        pairs = {key: literal(item) for key, item in value.items()}
        if None in pairs.values():
            return None
        members = "; ".join(f"{property_key(str(key))}: {text}" for key, text in pairs.items())
        return f"{{ {members} }}" if members else "{ [key: string]: never }"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if value is None or isinstance(value, bool | int | float | str):
        text = json.dumps(value)
        return None if text in ("NaN", "Infinity", "-Infinity") else text
    return None


def comment_line(text: str) -> str:
    """Return `text` as one line of a comment, which it cannot end."""
    shown = text.replace("\n", " ").replace("\t", "    ").replace("*/", "*\\/")
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", shown).rstrip()


def doc_comment(lines: Sequence[str]) -> str:
    """Return a doc comment of `lines` with a line end; empty without any."""
    safe = [comment_line(line) for line in lines]
    if not safe:
        return ""
    # TypeScript reads directives, such as `@ts-ignore`, in the last line of a comment.
    if len(safe) == 1 and not safe[0].lstrip(" *").startswith("@ts-"):
        return f"/** {safe[0]} */\n"
    inner = "".join(f" * {line}".rstrip() + "\n" for line in safe)
    return f"/**\n{inner} */\n"
