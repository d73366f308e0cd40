"""Translate patterns of pydantic, whose engines are those of Rust and Python, to JavaScript.

A translated pattern accepts what the engines do, and seldom more; but `$` is the end of a text, before which
Python also takes a line feed. Patterns with lookarounds, word boundaries
or flags, and those that the engines read differently, are left out.
"""

import re

_LONGEST = 1000
_DIGIT = r"\p{Nd}"
_WORD = r"\p{L}\p{M}\p{N}\p{Pc}\p{Alphabetic}\p{Join_Control}"
_SPACE = r"\s\x1c-\x1f\x85"
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
"""What the classes of both engines have in common with other alphabets: `\\d` is not only 0 to 9."""
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "a": "\a"}
_ANCHORS = {"^": "^", "$": "$", r"\A": "^", r"\z": "$", r"\Z": "$"}
_OPERATORS = frozenset(r"^$\.*+?()[]{}|/")
_SET_OPERATORS = frozenset(r"^\[]/")
_ESCAPE = r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[nrtfva]|[!-/:;=?@\[-`{-~])"
_CHARACTER = re.compile(rf"{_ESCAPE}|[^\\\[\]]", re.DOTALL)
_TOKEN = re.compile(
    rf"""
    (?P<anchor> [$^] | \\[AzZ])
    | (?P<quantifier> (?: [*+?] | \{{ [0-9]{{1,4}} (?:, [0-9]{{0,4}})? \}} ) \??)
    | (?P<open> \( (?: \?: | \?P?<[A-Za-z_]\w*> | (?!\?) ) )
    | (?P<close> \))
    | (?P<either> \|)
    | (?P<any> \.)
    | (?P<class> \\[dDws])
    | (?P<set> \[\^? \]? (?: \\. | [^\\\[\]] )* \])
    | (?P<character> {_ESCAPE} | [^\\\[{{])
    """,
    re.VERBOSE | re.DOTALL,
)


def javascript_pattern(pattern: str) -> str | None:
    """Return the text between the slashes of `/.../u`, or None if `pattern` cannot be translated."""
    if len(pattern) > _LONGEST:
        return None
    found: list[str] = []
    place, depth, before = 0, 0, "either"
    while place < len(pattern):
        token = _TOKEN.match(pattern, place)
        kind = token.lastgroup if token is not None else None
        if token is None or kind is None:
            return None
        text = _translated(kind, token[0])
        repeats_nothing = kind == "quantifier" and before in (
            "quantifier",
            "anchor",
            "open",
            "either",
        )
        depth += (kind == "open") - (kind == "close")
        if text is None or repeats_nothing or depth < 0:
            return None
        found.append(text)
        place, before = token.end(), kind
    return "".join(found) if depth == 0 else None


def _translated(kind: str, text: str) -> str | None:
    match kind:
        case "anchor":
            return _ANCHORS[text]
        case "quantifier":
            least, _, most = text.strip("{}?").partition(",")
            return text if not least.isdigit() or not most or int(least) <= int(most) else None
        case "open":
            return "(" if text == "(" else "(?:"
        case "any":
            return r"[^\n]"
        case "class":
            return r"\P{Nd}" if text[1] == "D" else _alone(text[1])
        case "set":
            return _set(text[1:-1])
        case "character":
            return _written(_meant(text))
        case _:
            return text


def _alone(name: str) -> str:
    return _DIGIT if name == "d" else f"[{_CLASSES[name]}]"


def _set(inner: str) -> str | None:
    """Return a set of characters; negated, it may have no class that is wider in JavaScript."""
    negated = inner.startswith("^")
    rest = inner[negated:]
    if re.search(r"&&|--|~~|\|\|", rest) or not rest:
        return None
    found = []
    while rest:
        if rest[0] == "\\" and rest[1:2] in _CLASSES:
            if negated and rest[1] != "d":
                return None
            found.append(_CLASSES[rest[1]])
            rest = rest[2:]
            continue
        first, rest = _next(rest)
        last = first
        if rest.startswith("-") and len(rest) > 1:
            last, rest = _next(rest[1:])
        if first is None or last is None or first > last:
            return None
        ends = [_in_set(end) for end in dict.fromkeys((first, last))]
        found.append("-".join(ends))
    return f"[{'^' if negated else ''}{''.join(found)}]"


def _next(text: str) -> tuple[str | None, str]:
    """Return the first character that `text` means, and what follows it."""
    found = _CHARACTER.match(text) if text[0] != "]" else None
    if text[0] == "]":
        return "]", text[1:]
    return (_meant(found[0]), text[found.end() :]) if found else (None, "")


def _meant(text: str) -> str:
    if not text.startswith("\\"):
        return text
    if (number := re.fullmatch(r"\\[xu](\w+)", text)) is not None:
        return chr(int(number[1], 16))
    return _CONTROLS.get(text[1], text[1])


def _written(character: str) -> str:
    if character in _OPERATORS:
        return f"\\{character}"
    return character if " " <= character <= "~" else f"\\u{{{ord(character):x}}}"


def _in_set(character: str) -> str:
    if character in _OPERATORS:
        return f"\\{character}" if character in _SET_OPERATORS else character
    return r"\-" if character == "-" else _written(character)
