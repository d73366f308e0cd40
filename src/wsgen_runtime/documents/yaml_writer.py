"""Writes JSON values as YAML that YAML 1.1 and 1.2 read alike; production has no YAML library."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

# Texts that need no quotes: they are text in all versions of YAML, except for the words below.
_PLAIN = re.compile(r"[A-Za-z_$][\w$.-]*", re.ASCII)
_OTHERWISE = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null|\.?nan|\.?inf")
# Characters that YAML does not allow without an escape, or that end a line.
_UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
)


def format_yaml(value: Mapping[str, object]) -> str:
    """Return a JSON object as YAML: keys in their order, texts with several lines as blocks."""
    return "\n".join(_lines(value, "")) + "\n"


def _lines(value: object, indent: str) -> Iterator[str]:
    """Yield the lines of a mapping or a sequence that is not empty."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entry(f"{indent}{_scalar(key)}:", inner, f"{indent}  ")
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _entry(f"{indent}-", inner, f"{indent}  ")


def _entry(head: str, value: object, indent: str) -> Iterator[str]:
    if isinstance(value, str) and _is_block(value):
        keep = "+" if value.endswith("\n\n") else "" if value.endswith("\n") else "-"
        yield f"{head} |{keep}"
        for line in value.removesuffix("\n").split("\n"):
            yield indent + line if line else ""
    elif isinstance(value, Mapping | list | tuple) and value:
        lines = _lines(value, indent)
        if head.endswith("-"):  # the first line of an item follows its dash
            yield f"{head} {next(lines).lstrip(' ')}"
        else:
            yield head
        yield from lines
    else:
        yield f"{head} {_scalar(value)}"


def _is_block(text: str) -> bool:
    # A block that starts with a space or an empty line would need an indentation indicator.
    return "\n" in text and text[0] not in " \n" and not _UNPRINTABLE.search(text)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        if _PLAIN.fullmatch(value) and not _OTHERWISE.fullmatch(value):
            return value
        # Double quotes, with escapes that mean the same in YAML and JSON.
        quoted = json.dumps(value, ensure_ascii=False)
        return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
    if isinstance(value, float):
        text = json.dumps(value, allow_nan=False)
        # In YAML 1.1, `1e-07` is text.
        return text if "." in text else text.replace("e", ".0e")
    return json.dumps(value)
