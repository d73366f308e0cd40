"""Write certain values as schemas of zod."""

import json
from collections.abc import Sequence

from wsgen.outputs.clients.typescript.literals import literal, property_key
from wsgen.outputs.clients.typescript.schemas import is_number


def literals_of(values: Sequence[object], *, is_open: bool) -> list[str] | None:
    """Return schemas that accept `values` together, and others of their kinds if they are open.

    None if one of the values cannot be written.
    """
    found: list[str] = []
    if is_open and any(isinstance(value, str) for value in values):
        found.append("z.string()")
        values = [value for value in values if not isinstance(value, str)]
    if is_open and any(map(is_number, values)):
        found.append("z.number()")
        values = [value for value in values if not is_number(value)]
    simple = dict.fromkeys(literal(value) for value in values if not isinstance(value, dict | list))
    nested = [_nested(value) for value in values if isinstance(value, dict | list)]
    texts = [text for text in simple if text is not None and text != "null"]
    if None in simple or None in nested:
        return None
    if len(texts) > 1 and all(text.startswith('"') for text in texts):
        found.append(f"z.enum([{', '.join(texts)}])")
    elif texts:
        listed = ", ".join(texts)
        found.append(f"z.literal({listed if len(texts) == 1 else f'[{listed}]'})")
    if "null" in simple:
        found.append("z.null()")
    return [*found, *(text for text in nested if text is not None)]


def _nested(value: object) -> str | None:
    """Return the schema of one value, None if it cannot be written."""
    if isinstance(value, list):
        items = [_nested(item) for item in value]
        return None if None in items else f"z.tuple([{', '.join(map(str, items))}])"
    if isinstance(value, dict):
        pairs = {property_key(str(key)): _nested(item) for key, item in value.items()}
        if None in pairs.values() or json.dumps("__proto__") in pairs or "__proto__" in pairs:
            return None
        members = ", ".join(f"{key}: {text}" for key, text in pairs.items())
        return f"z.strictObject({{ {members} }})" if members else "z.record(z.string(), z.never())"
    text = literal(value)
    return None if text is None else "z.null()" if text == "null" else f"z.literal({text})"
