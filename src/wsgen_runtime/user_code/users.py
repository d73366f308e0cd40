"""Finds out whether two objects are the same user, also in different processes."""

from collections.abc import Mapping
from hashlib import blake2b

from pydantic_core import to_json


def user_key(user: object) -> str | None:
    """Return a text that is equal for the same user in all processes, or None if there is none.

    A user with an attribute `id`, or a mapping with this key, is that id. Any other is what it is as JSON.
    """
    try:
        known = user.get("id") if isinstance(user, Mapping) else getattr(user, "id", None)
        text = to_json(user if known is None else known)
    except Exception:  # no JSON, or an attribute that raises
        return None
    return blake2b(text, digest_size=16).hexdigest()
