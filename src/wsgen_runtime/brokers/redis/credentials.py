"""Credentials that may change: a provider of redis-py, asked without holding up the event loop."""

import asyncio
from typing import Any

from redis.credentials import CredentialProvider


async def ask(provider: CredentialProvider) -> dict[str, Any]:
    """Return the options of a connection that `provider` stands for: a password, and a user if there is one.

    A provider that is not asynchronous is asked on a thread, since it may ask a server.
    """
    asynchronous = getattr(type(provider), "get_credentials_async", None)
    if asynchronous is not getattr(CredentialProvider, "get_credentials_async", None):
        found = await provider.get_credentials_async()
    else:
        found = await asyncio.to_thread(provider.get_credentials)
    return dict(zip(("password", "username"), reversed(found), strict=False))


def require_provider(provider: object) -> None:
    """Raise TypeError for what is not a provider of redis-py."""
    if not isinstance(provider, CredentialProvider):
        raise TypeError(
            f"credentials must be a redis.CredentialProvider, not {type(provider).__name__}"
        )
