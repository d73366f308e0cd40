"""Credentials that may change: a provider of redis-py, asked without holding up the event loop."""

import asyncio

from redis.credentials import CredentialProvider

Credentials = tuple[str] | tuple[str, str]


class Unblocked(CredentialProvider):
    """Asks a provider that is not asynchronous on a thread, since it may ask a server."""

    def __init__(self, provider: CredentialProvider) -> None:
        self._provider = provider

    def get_credentials(self) -> Credentials:
        """Return user and password, or the password alone."""
        return self._provider.get_credentials()

    async def get_credentials_async(self) -> Credentials:
        """Return the same, once the thread has it."""
        return await asyncio.to_thread(self._provider.get_credentials)


def unblocked(provider: CredentialProvider) -> CredentialProvider:
    """Return `provider` if it is asynchronous, or one that asks it on a thread.

    Raises TypeError for what is no provider.
    """
    if not isinstance(provider, CredentialProvider):
        raise TypeError(
            f"credentials must be a redis.CredentialProvider, not {type(provider).__name__}"
        )
    base = getattr(CredentialProvider, "get_credentials_async", None)
    own = getattr(type(provider), "get_credentials_async", None)
    return provider if own is not base else Unblocked(provider)
