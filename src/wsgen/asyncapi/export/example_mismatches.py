"""Examples that a model accepts and its schema does not: clients would be shown what they may not send."""

from collections.abc import Iterator
from typing import Any

from wsgen.asyncapi.export.payload_schemas import Mismatch
from wsgen.asyncapi.validation.example_checks import mismatches
from wsgen.asyncapi.validation.time_budget import Budget

# JSON, taken apart by what it is known to hold.
Json = dict[str, Any]


def refused_examples(document: Json) -> Iterator[Mismatch]:
    """Yield the requests of examples in `document`, one of ours and filled, that their schemas refuse.

    Models are lenient, they take `"5"` for a number, and a document should not teach that. Of data nothing is
    said here: the model itself wrote it.
    """
    if not any("examples" in message for message in _messages(document)):
        return
    for _, place, text in mismatches(document, Budget(each=2.0, total=10.0)):
        match place:
            case ("channels", str(channel), "messages", str(name), "examples", int(index), *rest):
                route, _, verb = name.rpartition(".")
                if verb == "subscribe":
                    # From the frame's root: "payload", then the envelope's "payload".
                    yield Mismatch(channel, route, index, "request", tuple(rest[2:]), text)


def _messages(document: Json) -> Iterator[Json]:
    for channel in document["channels"].values():
        yield from channel["messages"].values()
