"""A market that moves: a random walk for each symbol, the same for the same seed."""

from collections.abc import Iterator
from random import Random


def walk(symbol: str, seed: int) -> Iterator[float]:
    """Yield prices of `symbol` without end."""
    random = Random(f"{seed}:{symbol}")
    price = random.uniform(50, 250)
    while True:
        yield round(price, 2)
        price = max(1.0, price * (1 + random.gauss(0, 0.001)))
