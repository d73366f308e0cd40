"""Fan-out: one update to many clients, by the runtime, by others and by other designs."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import trustme

from benchmarks.runtime.contestants import Load, Setting
from benchmarks.runtime.measuring import Budget, fan_out
from benchmarks.runtime.rows import Measured, Row
from benchmarks.runtime.servers import (
    ALONE,
    BARE,
    CHANX,
    FASTWS,
    GRANIAN,
    OURS,
    PREPARED,
    SOCKETIFY,
    TASKS,
    WRAPPED,
    WRITERS,
    Server,
    Variant,
    deflated,
    on_uvloop,
    unchanged,
)

Rows = Iterator[Measured | Row]


def one_topic(setting: Setting) -> Rows:
    """One topic of 1,000 clients, by ASGI sends and by prepared messages."""
    budgets = [
        Budget(ALONE, BARE, 0.85),
        Budget(OURS, BARE, 0.85),
        Budget(WRAPPED, BARE),
        Budget(WRAPPED, FASTWS),
        Budget(OURS, FASTWS, 2.3),
        Budget(OURS, CHANX, 15.0),
        Budget(PREPARED, FASTWS, 3.0),
    ]
    yield from fan_out(setting, Load(), budgets)


def many_topics(setting: Setting) -> Rows:
    """A hundred topics with ten clients each."""
    budgets = [
        Budget(ALONE, BARE),
        Budget(PREPARED, BARE),
        Budget(OURS, FASTWS),
        Budget(OURS, CHANX),
    ]
    yield from fan_out(setting, Load(topics=100), budgets)


def designs(setting: Setting) -> Rows:
    """One topic of 1,000 clients: the chosen design and two others."""
    yield from fan_out(setting, Load(), [Budget(ALONE, TASKS), Budget(ALONE, WRITERS)])


def prepared(setting: Setting) -> Rows:
    """Prepared messages and ASGI sends, with each event loop, with and without permessage-deflate."""
    yield from _prepared(setting, Load(), 1.25, 2.5)


def crowd(setting: Setting) -> Rows:
    """The same with 10,000 clients."""
    yield from _prepared(setting, Load(clients=10_000))


def bursts(setting: Setting) -> Rows:
    """The same with 1,000 clients and bursts of ten updates in one turn of the event loop."""
    yield from _prepared(setting, Load(burst=10), 5.0, 20.0)


def _prepared(
    setting: Setting, load: Load, plain: float | None = None, deflate: float | None = None
) -> Rows:
    for loop in (unchanged, on_uvloop):
        for offer, at_least in ((unchanged, plain), (deflated, deflate)):
            ours, prepared_, bare = (offer(loop(server)) for server in (OURS, PREPARED, BARE))
            budgets = [Budget(ours, bare), Budget(prepared_, bare, at_least)]
            yield from fan_out(setting, load, budgets)


def tls(setting: Setting) -> Rows:
    """One topic of 1,000 clients with TLS, which encrypts for each client."""
    with tempfile.TemporaryDirectory() as folder:
        certificates = Path(folder)
        certificate = trustme.CA().issue_cert("127.0.0.1")
        certificate.private_key_pem.write_to_path(certificates / "key.pem")
        certificate.cert_chain_pems[0].write_to_path(certificates / "certificate.pem")
        prepared_, ours, bare = (
            replace(server, certificates=certificates) for server in (PREPARED, OURS, BARE)
        )
        yield from fan_out(setting, Load(), [Budget(ours, bare), Budget(prepared_, bare)])


def bounds(setting: Setting) -> Rows:
    """One topic of 1,000 clients beside servers that are not written in Python; granian does not compress."""
    yield from _beside(setting, Load(), unchanged, [GRANIAN, SOCKETIFY])
    yield from _beside(setting, Load(), deflated, [SOCKETIFY])
    yield from _beside(setting, Load(burst=10), unchanged, [GRANIAN, SOCKETIFY])


def _beside(setting: Setting, load: Load, variant: Variant, others: list[Server]) -> Rows:
    ours = variant(PREPARED)
    yield from fan_out(setting, load, [Budget(ours, variant(other)) for other in others])
