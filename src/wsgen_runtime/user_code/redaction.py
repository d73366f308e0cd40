"""What the log may show of an exception and of a client's text: no secrets, and no lines that a client forges."""

from collections.abc import Callable

from pydantic import ValidationError

_LONGEST = 2_000  # characters of one text
_DEEPEST = 20  # exceptions shown of one chain of causes
_NEVER_SHOWN = "its text is not shown, since it may hold a token"


class InvalidDataError(Exception):
    """A ValidationError as the log shows it: its places and kinds, without the values."""


class EscapedError(Exception):
    """An exception as the log shows it whose text would have been more than one line, or not printable."""


class HiddenError(Exception):
    """An exception as the log shows it where its text may be a secret: its type alone."""


def printable(text: str, most: int = 500) -> str:
    """Return `text` with all that is not printable escaped, cut after `most` characters.

    Line separators, control characters, lone surrogates and marks that change the direction of text are escaped.
    """
    if len(text) > most:
        text = f"{text[:most]}…"
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escaped(one) for one in text)


def without_input(error: BaseException) -> BaseException:
    """Return `error` as it may be logged, its causes too: in one line each, without what pydantic quotes."""
    return _shown(error, _without_values, _DEEPEST)


def without_text(error: BaseException) -> BaseException:
    """Return `error` as it may be logged where secrets are handled: types and places alone, causes likewise."""
    return _shown(error, _without_words, _DEEPEST)


def _without_values(error: BaseException) -> BaseException:
    if not isinstance(error, ValidationError):
        return _in_one_line(error)
    found = error.errors(include_url=False, include_context=False, include_input=False)
    places = ", ".join(f"{'.'.join(map(str, item['loc']))} ({item['type']})" for item in found[:20])
    text = f"{error.error_count()} errors for {error.title}: {places}"
    return InvalidDataError(printable(text, _LONGEST))  # keys are the client's


def _in_one_line(error: BaseException) -> BaseException:
    try:
        text = "; ".join([str(error), *map(str, getattr(error, "__notes__", ()))])
    except Exception:  # user code again; the log says so in its place
        return error
    if text.isprintable() and not isinstance(
        error, SyntaxError
    ):  # which is shown with the text it is about
        return error
    if isinstance(error, BaseExceptionGroup):
        return BaseExceptionGroup(printable(error.message, _LONGEST), error.exceptions)
    return EscapedError(f"{type(error).__qualname__}: {printable(text, _LONGEST)}")


def _without_words(error: BaseException) -> BaseException:
    return HiddenError(f"{type(error).__qualname__}: {_NEVER_SHOWN}")


def _shown(
    error: BaseException, show: Callable[[BaseException], BaseException], depth: int
) -> BaseException:
    """Return what `show` makes of the error, of those in its group and of its causes, with their tracebacks."""
    shown = show(error)
    if isinstance(shown, BaseExceptionGroup) and depth:
        shown = shown.derive([_shown(one, show, depth - 1) for one in shown.exceptions])
    cause = error.__cause__ if error.__suppress_context__ else error.__context__
    shown.__cause__ = _shown(cause, show, depth - 1) if cause is not None and depth else None
    return shown.with_traceback(error.__traceback__)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
