"""The models."""


class Request:
    """Asks."""


class Bar:
    """Has a price."""

    price = 1.0


class Quote:
    """Has none."""
