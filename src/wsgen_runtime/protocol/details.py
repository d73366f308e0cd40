"""Details of errors, whose size is bounded, since they may quote a client or be as many as it has sent values."""

from wsgen_runtime.protocol.payloads import ErrorDetail

MOST_DETAILS = 100
_MOST_KEYS = 32
_LONGEST_KEY = 100
_LONGEST_MESSAGE = 500


def bounded(place: tuple[str | int, ...], message: str, kind: str) -> ErrorDetail:
    """Return a detail; what is too long in it is cut."""
    return ErrorDetail(
        loc=tuple(map(_short_key, place[:_MOST_KEYS])),
        message=short(message, _LONGEST_MESSAGE),
        type=short(kind, _LONGEST_KEY),
    )


def short(text: str, longest: int) -> str:
    """Return `text`, cut to at most `longest` characters."""
    return text if len(text) <= longest else text[:longest] + "…"


def _short_key(key: str | int) -> str | int:
    return key if isinstance(key, int) else short(key, _LONGEST_KEY)
