"""The ids of clients, which are of one client only, in whichever process of an app."""

import secrets
from collections.abc import Iterator

_COUNTED = 21  # bits
_RANDOM = 32  # bits; both are as many as JavaScript, and the viewers of logs, have for an integer


def client_ids() -> Iterator[int]:
    """Yield ids that rise: a random number of this process, and a number that counts."""
    while True:
        start = secrets.randbits(_RANDOM) << _COUNTED
        yield from range(start + 1, start + 2**_COUNTED)
