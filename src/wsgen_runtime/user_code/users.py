"""Finds out whether two objects are the same user, also in different processes."""

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from hashlib import blake2b

from pydantic import BaseModel, SecretBytes, SecretStr
from pydantic_core import to_jsonable_python


def user_key(user: object) -> str | None:
    """Return a text that is equal for the same user in all processes, or None if there is none, as for None.

    A user with an attribute `id`, or a mapping with this key, is that id. Any other is what all of its values are
    as JSON, in whatever order sets and mappings have them. A value that JSON would hide, such as a secret, has
    no text: different users would be equal.
    """
    if user is None:
        return None
    try:
        known = user.get("id") if isinstance(user, Mapping) else getattr(user, "id", None)
        text = _text(user if known is None else known)
    except Exception:  # no JSON, or an attribute that raises
        return None
    return blake2b(text.encode(), digest_size=16).hexdigest()


def is_user(one: object, other: object) -> bool:
    """Return whether two users of this process are equal; if they cannot be compared, whether they are one."""
    try:
        return one is other or bool(one == other)
    except Exception:  # as two arrays, which are neither equal nor not
        return False


def _text(value: object) -> str:
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))


def _plain(value: object) -> object:
    """Return `value` as JSON; raises an exception for what JSON does not show."""
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, Set):
        return sorted(map(_plain, value), key=_text)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, BaseModel):  # with what its serializers would leave out
        return {name: _plain(item) for name, item in value}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, SecretStr | SecretBytes | Iterator):
        raise TypeError("its JSON is the same for different values")
    return to_jsonable_python(value)
