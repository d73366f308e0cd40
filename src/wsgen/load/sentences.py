"""The texts of diagnostics for violations: the sentences of the schema, and what depends on the value."""

import posixpath
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from wsgen.diagnostics import Diagnostic, Span
from wsgen.load.schema import KeyStep, Schema, Steps, Violation, violations
from wsgen.names import did_you_mean, kebab, shortened

_KINDS = {
    "bool": "true or false",
    "float": "a number",
    "int": "a number",
    "merge": "a merge key",
    "null": "nothing",
    "str": "text",
    "timestamp": "a date",
}


class Wording(NamedTuple):
    """The code of a diagnostic, its message and its help."""

    code: str
    message: str
    help: str

    def at(self, span: Span) -> Diagnostic:
        """Return the diagnostic at `span`."""
        return Diagnostic(self.code, self.message, span, help=self.help)


class Written(NamedTuple):
    """How a value is written in a file: the kind that YAML takes it for, and the text of a scalar."""

    kind: str
    text: str | None = None

    @property
    def name(self) -> str:
        """Return what kind of value it is, in words."""
        return _KINDS.get(self.kind, self.kind)

    @property
    def shown(self) -> str:
        """Return the text of a scalar as messages show it, else what kind of value it is."""
        if self.text is None:
            return self.name
        return short(self.text) if self.text else "an empty text"

    @property
    def is_unquoted(self) -> bool:
        """Return whether it is a scalar that YAML does not take for text."""
        return bool(self.text) and self.kind != "str"


def problem_of(path: Steps, text: str) -> Wording | None:
    """Return what is wrong with `text` for the schema at `path` of a document, if anything is."""
    return next(iter(problems_of(path, text)), None)


def problems_of(path: Steps, value: str | tuple[str, ...]) -> list[Wording]:
    """Return all that is wrong with a text or texts for the schema at `path` of a document."""
    found = violations(value if isinstance(value, str) else [*value], path)
    return [described(violation, Written("str", str(violation.value))) for violation in found]


def described(violation: Violation, written: Written) -> Wording:
    """Return the problem for a `violation` by a value that is `written` in this way."""
    rule = violation.rule
    # Of a choice of words, what is not text is none in quotes either.
    wants_text = violation.keyword == "type" and rule["type"] == "string" and "enum" not in rule
    if wants_text and written.is_unquoted and "x-wsgen-type" not in rule:
        message = f"{rule['errorMessage']}, and YAML reads {written.shown} as {written.name}"
        return Wording("WSG116", message, quote_it(written.text or ""))
    return Wording(violation.code, _message(violation, written), _help(violation, written))


def short(text: str, most: int = 60) -> str:
    """Return `text` for a message: in backticks, cut off where it is long, escaped where it is not visible."""
    shown = shortened(text, most)
    return f"`{shown}`" if shown.isprintable() else ascii(shown)


def quote_it(text: str) -> str:
    """Return the help for an unquoted value that is not read as text."""
    return f'Quote it: "{shortened(text, 40)}".'


def known_keys(name: str, known: Iterable[str]) -> str:
    """Return the help for the unknown `name`: the nearest of `known`, or all of them."""
    names = list(known)
    return did_you_mean(name, names, f"Use one of: {', '.join(names)}.")


def _message(violation: Violation, written: Written) -> str:
    rule, value = violation.rule, violation.value
    name = _name(violation)
    match violation.keyword:
        case "additionalProperties":
            return f"{rule['errorMessage']}: {short(str(violation.path[-1]))}"
        case "required":
            return f"{rule['errorMessage']}: `{violation.missing}` is missing"
        case "pattern":
            title = violation.field["title"].lower()
            return f"{written.shown} is not a valid {title}: {rule['patternErrorMessage']}"
        case "maxLength" if isinstance(value, str):
            return f"{name} has {len(value)} characters; at most {rule['maxLength']} are allowed"
        case "maxItems" if isinstance(value, list):
            return f"{name} has {len(value)} items; at most {rule['maxItems']} are allowed"
        case "minimum" | "maximum":
            return f"{name} must be {_bounds(rule)}, not {value}"
        case "uniqueItems" if isinstance(value, list):
            title = rule["items"]["title"].lower()
            return f"{title} {short(str(value[int(violation.path[-1])]))} is listed twice"
    sentence = rule.get("errorMessage", f"{name} is not valid")
    if written.kind == "null" and not written.text:
        return f"{sentence}, but it has no value"
    wants_number = rule.get("type") in ("integer", "number")
    if violation.keyword != "type" or (wants_number and written.is_unquoted):
        return f"{sentence}, not {written.shown}"
    if rule["type"] == "boolean" and written.kind == "bool":
        return f"{sentence}, and readers of YAML disagree about {written.shown}"
    return f"{sentence}, not {written.name}"


def _help(violation: Violation, written: Written) -> str:
    rule, field = violation.rule, violation.field

    def more(schema: Schema) -> str:
        return f" {schema['x-wsgen-help']}" if "x-wsgen-help" in schema else ""

    match violation.keyword:
        case "additionalProperties":
            return known_keys(str(violation.path[-1]), rule["properties"])
        case "enum" if written.text:
            return known_keys(written.text, rule["enum"])
        case "required":
            missing = field["properties"][violation.missing]
            example = _example(str(violation.missing), missing)
            add = f"Add it, as in `{example}`." if " " in example else f"Add `{example}`."
            return add if " " in example else add + more(missing)
        case "pattern" if better := _rewritten(violation):
            return f"Write `{better}`.{more(rule)}"
        case "minimum" | "maximum":
            default = (
                f", or remove the key for the default, {rule['default']}"
                if "default" in rule
                else ""
            )
            return f"Choose a number that is {_bounds(rule)}{default}."
        case "uniqueItems":
            return "Keep one of the two."
        case "maxLength" if "x-wsgen-help" not in rule:
            return f"Use at most {rule['maxLength']} characters."
        case "maxItems":
            return f"Use at most {rule['maxItems']}."
        case "type" if written.kind == "str" and written.text:
            text = written.text
            is_whole = text.isascii() and text.isdigit() and rule["type"] == "integer"
            if is_whole or (text in ("true", "false") and rule["type"] == "boolean"):
                return "Remove the quotes."
    if found := rule.get("x-wsgen-help") or field.get("x-wsgen-help"):
        return str(found)
    return f"Write it like `{_example(_own_key(violation), field)}`."


def _bounds(rule: Schema) -> str:
    if "minimum" in rule and "maximum" in rule:
        return f"between {rule['minimum']} and {rule['maximum']}"
    return f"at least {rule['minimum']}" if "minimum" in rule else f"at most {rule['maximum']}"


def _name(violation: Violation) -> str:
    """Return how a message refers to the value: by its key, or by its title."""
    key = _own_key(violation)
    return f"`{key}`" if key else f"the {violation.field['title'].lower()}"


def _own_key(violation: Violation) -> str:
    """Return the key that the wrong value has; none for a list item and for a key itself."""
    last = violation.path[-1] if violation.path else 0
    return "" if isinstance(last, int | KeyStep) else last


def _example(key: str, field: Schema) -> str:
    """Return the key, if there is one, with the first example of `field`, if it fits on a line."""
    value = field["examples"][0]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = f"[{', '.join(value)}]"
    elif isinstance(value, bool):
        value = str(value).lower()
    shown = f" {value}" if isinstance(value, str | int | float) else ""
    return f"{key}:{shown}" if key else shown.strip()


def _rewritten(violation: Violation) -> str | None:
    """Return a similar text that the schema allows, if there is an obvious one."""
    rewrite = _REWRITES.get(violation.code)
    if rewrite is None or not isinstance(violation.value, str):
        return None
    try:
        better = rewrite(violation.value)
    except ValueError:  # what is no URL
        return None
    return better if next(violations(better, violation.path), None) is None else None


def _path(text: str) -> str:
    return posixpath.normpath("/" + "-".join(urlsplit(text).path.split())).replace("//", "/")


_REWRITES: dict[str, Callable[[str], str]] = {
    "WSG117": lambda name: f"{name.capitalize()}WsRouter",
    "WSG120": kebab,
    "WSG121": _path,
    "WSG126": lambda name: name.removesuffix(".py").strip("/").replace("/", "."),
}
