"""Redacts what is logged: exceptions without secrets, and text that cannot forge another line."""

from collections.abc import Callable

from pydantic import ValidationError

_LONGEST = 2_000  # characters of one text
_DEEPEST = 20  # exceptions of one chain of causes that are logged
_NEVER_SHOWN = "its message is not logged, since it may contain a token"


class InvalidDataError(Exception):
    """Logged in place of a ValidationError: positions and types of its errors, without the values."""


class EscapedError(Exception):
    """Logged in place of an exception whose message has several lines or is not printable."""


class HiddenError(Exception):
    """Logged in place of an exception whose message may contain a secret: its type alone."""


def printable(text: str, most: int = 500) -> str:
    """Return `text` with unprintable characters escaped, cut after `most` characters.

    These include line separators, control characters, lone surrogates and marks that change the text direction.
    """
    if len(text) > most:
        text = f"{text[:most]}…"
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escaped(one) for one in text)


def without_input(error: BaseException) -> BaseException:
    """Return `error` with its causes for the log: one line each, without the input that pydantic quotes."""
    return _shown(error, _without_values, _DEEPEST)


def without_text(error: BaseException) -> BaseException:
    """Return `error` with its causes for the log where secrets are handled: only types and tracebacks."""
    return _shown(error, _without_words, _DEEPEST)


def _without_values(error: BaseException) -> BaseException:
    if not isinstance(error, ValidationError):
        return _in_one_line(error)
    found = error.errors(include_url=False, include_context=False, include_input=False)
    places = ", ".join(f"{'.'.join(map(str, item['loc']))} ({item['type']})" for item in found[:20])
    text = f"{error.error_count()} errors for {error.title}: {places}"
    return InvalidDataError(printable(text, _LONGEST))  # the client chooses the keys


def _in_one_line(error: BaseException) -> BaseException:
    try:
        text = "; ".join([str(error), *map(str, getattr(error, "__notes__", ()))])
    except Exception:  # `__str__` is user code; logging reports that it failed
        return error
    # A SyntaxError is logged with lines of its source.
    if text.isprintable() and not isinstance(error, SyntaxError):
        return error
    if isinstance(error, BaseExceptionGroup):
        return BaseExceptionGroup(printable(error.message, _LONGEST), error.exceptions)
    return EscapedError(f"{type(error).__qualname__}: {printable(text, _LONGEST)}")


def _without_words(error: BaseException) -> BaseException:
    return HiddenError(f"{type(error).__qualname__}: {_NEVER_SHOWN}")


def _shown(
    error: BaseException, show: Callable[[BaseException], BaseException], depth: int
) -> BaseException:
    """Apply `show` to the error, the members of its group and its causes; keep their tracebacks."""
    shown = show(error)
    if isinstance(shown, BaseExceptionGroup) and depth:
        shown = shown.derive([_shown(one, show, depth - 1) for one in shown.exceptions])
    cause = error.__cause__ if error.__suppress_context__ else error.__context__
    shown.__cause__ = _shown(cause, show, depth - 1) if cause is not None and depth else None
    return shown.with_traceback(error.__traceback__)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
