"""References inside of a document: JSON pointers as the fragments of addresses."""

from urllib.parse import quote, unquote

_ALLOWED = "-._~!$&'()*+,;=:@?"  # in a fragment, besides letters and digits


def pointer_to(*parts: str) -> str:
    """Return the reference to what is found by these keys, one below the other."""
    escaped = (part.replace("~", "~0").replace("/", "~1") for part in parts)
    return "#/" + "/".join(quote(part, safe=_ALLOWED) for part in escaped)


def name_in(reference: str) -> str:
    """Return the last key of a reference."""
    return unquote(reference.rpartition("/")[2]).replace("~1", "/").replace("~0", "~")
