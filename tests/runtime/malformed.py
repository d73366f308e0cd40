"""Generates malformed frames: from a grammar for hypothesis, and raw bytes.

`texts` is the grammar: frames of the protocol with any value in any place, cut anywhere, and the characters of
JSON in any order. Hypothesis draws about a hundred in a second; `malformed_frames` makes a hundred thousand of
them.
"""

import json
import random
from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

ALPHABET = '{}[]":,.\\eE+-0123456789truefalsn \u2028\ud7ff\x00'
ROUTES = ("bars", "times")
VERBS = (".subscribe", ".unsubscribe", ".update", ".", "")

words = st.text(max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=8,
)
kinds = st.sampled_from(
    [f"{route}{verb}" for route in ROUTES for verb in VERBS] + ["ping", "pong", "error", "."]
)
payloads = st.fixed_dictionaries({"symbol": json_values}, optional={"resolution": json_values})
frames = st.fixed_dictionaries(
    {},
    optional={
        "type": kinds | json_values,
        "payload": payloads | json_values,
        "id": json_values,
    },
)
texts = (
    st.text()
    | st.text(alphabet=ALPHABET)
    | frames.map(json.dumps)
    | st.tuples(frames.map(json.dumps), st.integers(0, 200)).map(lambda cut: cut[0][: cut[1]])
)


def grammar_frames(count: int, seed: int) -> list[str]:
    """Return about `count` frames of the grammar."""
    found: list[str] = []

    @seeded(seed)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        suppress_health_check=[
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
            HealthCheck.large_base_example,
            HealthCheck.too_slow,
        ],
        database=None,
        deadline=None,
    )
    @given(texts)
    def collect(text: str) -> None:
        if text != "ping":  # which is a frame, and a text that hypothesis finds in the code
            found.append(text)

    collect()
    return found


def malformed_frames(count: int, seed: int) -> Iterator[str | bytes]:
    """Yield `count` malformed frames.

    First come frames of the grammar, a tenth of all and at most 5,000; then spliced, cut and altered ones, text
    that is nested too deeply, and raw bytes.
    """
    dice = random.Random(seed)
    grammar = grammar_frames(min(count // 10, 5_000), seed)
    for number in range(count):
        text = grammar[number] if number < len(grammar) else dice.choice(grammar)
        place = dice.randrange(len(text) + 1)
        match 0 if number < len(grammar) else dice.randrange(6):
            case 0:
                yield text
            case 1:
                yield text[:place] + dice.choice(grammar)
            case 2:
                yield text[:place] + dice.choice(ALPHABET) + text[place:]
            case 3:
                yield text.encode()[:place]
            case 4:
                yield dice.randbytes(dice.randrange(100))
            case _:
                yield dice.choice("[{") * dice.randrange(1, 3_000)
