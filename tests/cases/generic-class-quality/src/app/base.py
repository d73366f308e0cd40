"""The base of routers."""


class Base:
    """Sends."""

    def send(self, topic: str, data: float) -> None:
        """Send `data`."""
