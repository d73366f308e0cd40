"""The picture of the docs: deliveries a second against the number of clients, for each server."""

from collections.abc import Iterator, Sequence

from benchmarks.runtime.contestants import Contestant, Load, Rate, Setting, contestants
from benchmarks.runtime.measuring import measure_rate
from benchmarks.runtime.picture import Line, Panel, draw
from benchmarks.runtime.rows import Measured
from benchmarks.runtime.servers import (
    BARE,
    FASTWS,
    GRANIAN,
    OURS,
    PREPARED,
    SOCKETIFY,
    Server,
    deflated,
)

SIZES = (100, 300, 1_000, 3_000, 10_000)
_DRAWN = {  # what is drawn, by which name, and how much it stands out
    PREPARED: ("wsgen, prepared", "ours"),
    OURS: ("wsgen", "ours-too"),
    BARE: ("bare ASGI sends", "bare"),
    FASTWS: ("FastWS", "other"),
    SOCKETIFY: ("uWebSockets", "native"),
    GRANIAN: ("granian, bare sends", "native"),
}


def sizes(setting: Setting) -> Iterator[Measured]:
    """One topic of 100 to 10,000 clients, with deflate and without, one server after the other."""
    for server in _DRAWN:
        yield from _measure(setting, server)
        if server is not GRANIAN:  # it does not compress
            yield from _measure(setting, deflated(server))


def _measure(setting: Setting, server: Server) -> Iterator[Measured]:
    with contestants(setting, [server]) as [contestant]:
        connected = 0
        for size in SIZES:
            contestant.connect(size - connected, topics=1)
            connected = size
            yield Measured(Load(clients=size), server, _rates(setting, contestant, size))


def _rates(setting: Setting, contestant: Contestant, size: int) -> list[Rate]:
    load = Load(clients=size)
    return [measure_rate(contestant, load) for _ in range(setting.rounds + 1)][1:]


def picture(rows: Sequence[Measured]) -> str:
    """Return the rows as an SVG: what a second of the server's CPU time delivers."""
    panels = [
        Panel(title, [_line(rows, server, deflate) for server in _DRAWN])
        for title, deflate in (("plain", False), ("compressed, as browsers ask for", True))
    ]
    return draw("Updates delivered in a second of the server's CPU time", "clients", panels)


def _line(rows: Sequence[Measured], server: Server, deflate: bool) -> Line:
    label, style = _DRAWN[server]
    shown = deflated(server) if deflate else server
    points = [(row.load.clients, 1e6 / row.cpu_each) for row in rows if row.server == shown]
    return Line(label, style, points)
