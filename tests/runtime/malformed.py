"""Frames as no client should send them: text and bytes, seeded, cheap enough for a hundred thousand."""

import json
import random
from collections.abc import Iterator

_VALUES: tuple[object, ...] = (
    None,
    True,
    -1,
    1e308,
    "",
    "bars",
    "bars.subscribe",
    "\ud7ff\u2028\x00",
    [],
    [[[[]]]],
    {},
    {"symbol": None},
    {"symbol": "AAPL", "resolution": 5},
    {"symbol": {"symbol": "AAPL"}},
    10**400,
)
_TYPES = ("bars.subscribe", "bars.unsubscribe", "bars.update", "bars.", ".", "error", "ping")
_ALPHABET = '{}[]":,.\\eE+-0123456789truefalsn \u2028\ud7ff\x00'


def malformed_frames(count: int, seed: int) -> Iterator[str | bytes]:
    """Yield `count` frames: grammar gone wrong, cut or spliced JSON, raw text, raw bytes."""
    dice = random.Random(seed)
    for _ in range(count):
        kind = dice.randrange(6)
        if kind == 0:
            yield dice.randbytes(dice.randrange(100))
        elif kind == 1:
            yield "".join(dice.choices(_ALPHABET, k=dice.randrange(60)))
        elif kind == 2:
            yield dice.choice("[{") * dice.randrange(1, 3_000)
        else:
            text = json.dumps(_frame(dice))
            if kind == 3:
                text = text[: dice.randrange(len(text) + 1)]
            elif kind == 4:
                place = dice.randrange(len(text) + 1)
                text = text[:place] + dice.choice(_ALPHABET) + text[place:]
            yield text


def _frame(dice: random.Random) -> dict[str, object]:
    frame: dict[str, object] = {}
    if dice.random() < 0.9:
        frame["type"] = dice.choice(_TYPES) if dice.random() < 0.7 else dice.choice(_VALUES)
    if dice.random() < 0.9:
        frame["payload"] = dice.choice(_VALUES)
    if dice.random() < 0.3:
        frame["id"] = dice.choice(_VALUES)
    return frame
