"""The grammar of type expressions in `ws.yaml`: text -> tree. Nothing is ever evaluated.

union    = type { "|" type }
type     = name [ "[" union { "," union } "]" ]
type     = "..."                                as the last argument
name     = "None" | NAME | dotted "." NAME | dotted ":" NAME { "." NAME }
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from wsgen.diagnostics import Span
from wsgen.load.sourcetext import UnreadableError, unreadable
from wsgen.model import BUILTIN_TYPES, ELLIPSIS, UNION
from wsgen.names import is_dotted

MAX_NESTING = 8
MAX_TYPE = 500
TYPING = {
    "Annotated": "Put the annotation on a field of the model.",
    "Any": "Name the model that clients can rely on.",
    "Callable": "Name a model: a function cannot be sent.",
    "ClassVar": "Name a model.",
    "Dict": "Write `dict[str, Bar]`.",
    "Final": "Name a model.",
    "FrozenSet": "Write `frozenset[str]`.",
    "Generic": "Name a model.",
    "List": "Write `list[Bar]`.",
    "Literal": "Declare an enum in your models and name it.",
    "Never": "Name a model.",
    "NoReturn": "Name a model.",
    "Optional": "Write `Bar | None`.",
    "Self": "Name a model.",
    "Set": "Write `set[str]`.",
    "Tuple": "Write `tuple[str, int]`.",
    "Type": "Name a model: a class cannot be sent.",
    "TypeVar": "Name a model: routers use concrete types.",
    "Union": "Write `Bar | Quote`.",
}
"""Names of `typing`, each with the help for who uses it."""

# These are taken for names of models; those below are never names of models.
_MAY_BE_MODELS = {"Never", "NoReturn", "Self"}
_ARE_NO_MODELS = {"Annotated", "Any", "Literal", "Optional", "Union"}

_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_.:]*|\.\.\.|.", re.ASCII | re.DOTALL)
_EXAMPLES = "Types look like `Bar`, `pkg.mod:Bar`, `list[Bar]`, `dict[str, Bar]`, `Bar | None`."


@dataclass(frozen=True, slots=True)
class TypeNode:
    """A type as written, its names resolved: builtins, `None` and unions have no module."""

    name: str
    module: str | None
    args: tuple["TypeNode", ...]
    span: Span


def parse_type(text: str, models: str | None, at: Callable[[int, int], Span]) -> TypeNode:
    """Return the tree of the expression `text`; `at(start, end)` is the position of a part of it.

    Bare names belong to package `models`. Raises UnreadableError at the first part that is not a type.
    """
    if len(text) > MAX_TYPE:
        message = f"the type expression has {len(text)} characters"
        help_text = f"Use at most {MAX_TYPE}: name the type in your models."
        raise unreadable("WSG306", message, at(0, len(text)), help_text)
    return _Parser(text, models, at).parse()


class _Parser:
    """Recursive descent over the tokens, at most MAX_NESTING levels deep."""

    def __init__(self, text: str, models: str | None, at: Callable[[int, int], Span]) -> None:
        self.models = models
        self.at = at
        self.tokens = [match for match in _TOKEN.finditer(text) if match[0] != " "]
        self.next = 0
        self.depth = 0

    def parse(self) -> TypeNode:
        node = self.union()
        if self.next < len(self.tokens):
            raise self.unexpected(self.tokens[self.next])
        return node

    def peek(self) -> str:
        return self.tokens[self.next][0] if self.next < len(self.tokens) else ""

    def take(self) -> re.Match[str]:
        if self.next == len(self.tokens):
            last = self.tokens[-1].end() if self.tokens else 0
            message = "the type expression ends too early" if self.tokens else "the type is empty"
            if self.depth and self.tokens[-1][0] not in ("[", ",", "|"):
                message = "a closing bracket is missing"
            raise unreadable("WSG300", message, self.at(max(0, last - 1), max(last, 1)), _EXAMPLES)
        self.next += 1
        return self.tokens[self.next - 1]

    def union(self) -> TypeNode:
        members = [self.type()]
        while self.peek() == "|":
            self.take()
            members.append(self.type())
        if len(members) == 1:
            return members[0]
        first, last = members[0].span, members[-1].span
        span = Span(first.path, first.line, first.column, last.end_line, last.end_column)
        return TypeNode(UNION, None, tuple(members), span)

    def type(self) -> TypeNode:
        token = self.take()
        word, (start, end) = token[0], token.span()
        if word == ELLIPSIS and self.depth:
            return TypeNode(ELLIPSIS, None, (), self.at(start, end))
        if not (word[0].isascii() and (word[0].isalpha() or word[0] == "_")):
            raise self.unexpected(token)
        module, name = self.resolve(token)
        args: list[TypeNode] = []
        if self.peek() == "[":
            self.take()
            self.depth += 1
            if self.depth > MAX_NESTING:
                help_text = "Name the inner type in your models."
                message = f"the type is nested more than {MAX_NESTING} levels deep"
                raise self.error("WSG306", message, token, help_text)
            args.append(self.union())
            while self.peek() == ",":
                self.take()
                args.append(self.union())
            closing = self.take()
            if closing[0] != "]":
                raise self.unexpected(closing)
            self.depth -= 1
            end = closing.end()
        return TypeNode(name, module, tuple(args), self.at(start, end))

    def resolve(self, token: re.Match[str]) -> tuple[str | None, str]:
        word = token[0]
        if ":" in word:
            module, _, name = word.partition(":")
            if not (is_dotted(module) and is_dotted(name)):
                help_text = "Write it as `package.module:Class`."
                raise self.error("WSG300", f"`{word}` does not name a class", token, help_text)
            return module, name
        if not is_dotted(word) and word != "None":
            help_text = "Python keywords and empty parts cannot be in a name."
            raise self.error("WSG300", f"`{word}` is not a name", token, help_text)
        if "." in word:
            module, _, name = word.rpartition(".")
            if any(part[0].isupper() for part in module.split(".")):
                raise self.nested(token)
            return module, name
        if word in BUILTIN_TYPES or word == "None":
            return None, word
        if word in TYPING and word not in _MAY_BE_MODELS:
            help_text = TYPING[word]
            if word not in _ARE_NO_MODELS:
                own = f"{self.models or 'package.module'}:{word}"
                help_text = (
                    f"{help_text.removesuffix('.')}, or `{own}` for a class of yours of that name."
                )
            message = f"`{word}` is not supported in a type expression"
            raise self.error("WSG305", message, token, help_text)
        if self.models is None:
            help_text = (
                f"Set `models:` to the package that has it, or write `package.module:{word}`."
            )
            message = f"it is not known where `{word}` is imported from"
            raise self.error("WSG301", message, token, help_text)
        return self.models, word

    def nested(self, token: re.Match[str]) -> UnreadableError:
        """Return the error for a class in a class spelt with dots only: it could be read two ways."""
        parts = token[0].split(".")
        first = next(number for number, part in enumerate(parts) if part[0].isupper())
        module = ".".join(parts[:first]) or self.models or "package.module"
        help_text = f"Mark where the module ends: `{module}:{'.'.join(parts[first:])}`."
        message = f"`{token[0]}` does not show where its module ends"
        return self.error("WSG307", message, token, help_text)

    def unexpected(self, token: re.Match[str]) -> UnreadableError:
        word, help_text = token[0], _EXAMPLES
        if word in "\"'":
            message = "a type inside of a type expression is quoted"
            help_text = "Write the name without quotes."
        elif word in "()":
            message = "calls and parentheses are not types"
        elif word in "\n\t\r":
            message = "a type expression is one line, with spaces only"
        elif word == ".":
            message = "the name is relative"
            help_text = "Write the absolute name: `package.module:Bar`."
        elif word.isdigit():
            message = "numbers are not types"
        elif word.isalnum():
            message = f"`{word}` is not a name: names are ASCII letters, digits and `_`"
        else:
            message = f"`{word}` cannot be used here in a type expression"
        return self.error("WSG300", message, token, help_text)

    def error(
        self, code: str, message: str, token: re.Match[str], help_text: str
    ) -> UnreadableError:
        return unreadable(code, message, self.at(*token.span()), help_text)
