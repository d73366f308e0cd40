"""Checks of the commands in `ws.yaml` that concern several names, which no schema makes."""

import builtins
import keyword
from collections.abc import Iterator, Mapping, Sequence

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.load.declaration import CommandDeclaration, FileDeclaration, RouterDeclaration
from wsgen.load.schema import KeyStep
from wsgen.load.sentences import problem_of
from wsgen.model import (
    BUILTIN_TYPES,
    COMMANDS_FILE,
    COMMANDS_FILE_NAMES,
    COMMANDS_NAMES,
    error_code,
)
from wsgen.names import snake

_RUNTIME_CODES = frozenset(
    {
        *("invalid_json", "unknown_type", "invalid_payload", "not_subscribed", "unauthorized"),
        *("too_many_subscriptions", "rate_limited", "unexpected_hello", "internal"),
        *("keys_unavailable", "key_reused", "outcome_unknown", "unavailable"),
    }
)
"""Codes of errors that the runtime answers with by itself."""

_LONGEST_CODE = 64
"""How many characters the code of an error has at most."""


def no_commands(yaml: FileDeclaration) -> Iterator[Diagnostic]:
    """Report commands of a module whose routers are made from the project's own generic class."""
    if yaml.commands:
        message = "a module whose routers are made from a generic class has no `commands`"
        help_text = "Remove `commands`, or the setting `template`."
        yield Diagnostic("WSG131", message, yaml.spans.get("commands"), help=help_text)


def command_problems(
    commands: Sequence[CommandDeclaration],
    routers: Sequence[RouterDeclaration],
    routes: Mapping[str, str],
) -> Iterator[Diagnostic]:
    """Report names of commands and of their errors that cannot be, or that something else has.

    `routes` has the route of each router by the name of its class.
    """
    if not commands:
        return
    wired = {routes[router.class_name]: (router.place("route"), router.span) for router in routers}
    methods: dict[str, tuple[str, Span]] = {}
    for command in commands:
        name = str(command.fields.get("command", ""))
        if name:
            places = (command.place("command"), command.span)
            yield from _taken(f"the name `{name}` on the wire", places, wired.get(name))
            wired.setdefault(name, places)
        if problem_of(("commands", KeyStep(command.class_name)), command.class_name):
            continue  # It has been reported, and has no method.
        method = snake(command.class_name)
        if taken := _meaning(method):
            message = f"a command cannot be called `{command.class_name}`: `{method}` is {taken}"
            help_text = f"Call it `{command.class_name}Now`, say."
            yield Diagnostic("WSG132", message, command.span, help=help_text)
        first, place = methods.setdefault(method, (command.class_name, command.span))
        if place is not command.span:
            yield _collision(
                f"`{command.class_name}` and `{first}` have one method: `{method}`",
                command.span,
                place,
            )
    yield from _errors(commands, {router.class_name: router.span for router in routers})
    for router in routers:
        if (
            router.class_name in COMMANDS_NAMES
            or f"{router.class_name.lower()}.py" == COMMANDS_FILE
        ):
            message = f"`{router.class_name}` is a name that the commands of the module have"
            help_text = f"Call it `{router.class_name}WsRouter`."
            yield Diagnostic("WSG133", message, router.span, help=help_text)


def _meaning(method: str) -> str:
    """Return what `method` means in Python, so that no method can have that name; empty if it is free."""
    if keyword.iskeyword(method):
        return "a Python keyword"
    return "a builtin type" if method in BUILTIN_TYPES else ""


def _errors(
    commands: Sequence[CommandDeclaration], routers: Mapping[str, Span]
) -> Iterator[Diagnostic]:
    """Report each name of an error that something else has, or whose code something else has."""
    codes: dict[str, tuple[str, Span]] = {}
    for command in commands:
        for name in command.fields.get("errors", ()):
            place = command.place(f"errors.{name}")
            code = error_code(name)
            if name in COMMANDS_FILE_NAMES:
                message = (
                    f"an error cannot be called `{name}`: the file of the commands uses that name"
                )
                yield Diagnostic("WSG132", message, place, help="Rename it.")
            elif hasattr(builtins, name):
                message = f"an error cannot be called `{name}`: that is a builtin of Python"
                help_text = f"Say what it concerns, as in `Order{name}`."
                yield Diagnostic("WSG132", message, place, help=help_text)
            elif len(code) > _LONGEST_CODE:
                message = f"the code of `{name}` would have {len(code)} characters"
                help_text = f"Use a shorter name: a code has at most {_LONGEST_CODE} characters."
                yield Diagnostic("WSG132", message, place, help=help_text)
            elif code in _RUNTIME_CODES:
                message = f"the code of `{name}` would be `{code}`, which the runtime answers with by itself"
                yield Diagnostic("WSG132", message, place, help="Rename it.")
            first, other = codes.setdefault(code, (name, place))
            if first != name:
                yield _collision(f"`{name}` and `{first}` have one code: `{code}`", place, other)
            if router := routers.get(name):
                yield _collision(f"the error `{name}` is taken", place, router)


def _taken(
    what: str, places: tuple[Span, Span], first: tuple[Span, Span] | None
) -> Iterator[Diagnostic]:
    """Report a value at `places`, its own and that of the name that has it, if it is at those of `first` too."""
    if first is not None:
        is_alias = places[0] == first[0]  # then both have the text at the anchor
        yield _collision(f"{what} is taken", places[is_alias], first[is_alias])


def _collision(message: str, place: Span, other: Span) -> Diagnostic:
    return Diagnostic(
        "WSG133", message, place, help="Rename one.", notes=(Note("the other one is here", other),)
    )
