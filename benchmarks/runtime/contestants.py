"""A contestant: a server and its clients, and what one measurement of the two gives."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.runtime.processes import CLIENTS, SERVERS, Program, program
from benchmarks.runtime.servers import Server


@dataclass(frozen=True, slots=True)
class Setting:
    """How to run: the rounds, and what the servers run on that say nothing else."""

    rounds: int
    ws: str = "auto"
    loop: str = "asyncio"


class Load(NamedTuple):
    """What is published: to `topics` topics with `clients` clients in all, `burst` updates in one turn."""

    topics: int = 1
    clients: int = 1_000
    burst: int = 1

    def __str__(self) -> str:
        topics = "1 topic" if self.topics == 1 else f"{self.topics} topics"
        each = f"{self.clients // self.topics:,} clients" + (" each" if self.topics > 1 else "")
        return f"{topics} of {each}" + (f", bursts of {self.burst}" if self.burst > 1 else "")


class Busy(NamedTuple):
    """The CPU time of a process in seconds, and the part of it in the kernel."""

    all: float
    kernel: float

    def since(self, before: "Busy") -> "Busy":
        """Return what has been added since `before`."""
        return Busy(self.all - before.all, self.kernel - before.kernel)


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of deliveries or answers, and what they took: seconds, and bytes at the clients' sockets."""

    number: int
    wall: float
    server: Busy
    clients: Busy
    bytes: int

    @property
    def per_second(self) -> float:
        """Return the number in a second."""
        return self.number / self.wall

    @property
    def cpu_each(self) -> float:
        """Return the server's CPU time for one, in microseconds."""
        return self.server.all / self.number * 1e6

    @property
    def bytes_each(self) -> float:
        """Return the bytes that a client received for one."""
        return self.bytes / self.number


class Delays(NamedTuple):
    """The median and the 99th percentile of the seconds from a publish to a client's getting it."""

    p50: float
    p99: float


class Contestant:
    """One server and its clients."""

    def __init__(
        self, server: Server, serving: Program, clients: Program, about: Mapping[str, str]
    ) -> None:
        self.server = server
        self.serving = serving
        self.clients = clients
        self.port = int(about["port"])
        self.subscribe = about["subscribe"]
        self.unsubscribe = about["unsubscribe"]
        self.answers = int(about["answers"])
        self._hello = about["hello"]
        self._connected = 0

    def connect(self, number: int, topics: int = 0) -> None:
        """Connect `number` more clients; subscribe each to one of `topics` topics in turn, if to any."""
        first = self._connected
        self._connected = self.clients.ask("connect", number)
        if self._hello:
            self.clients.ask("ask", self._hello, first, self._connected, 0, 1)
        if topics:
            self.clients.ask("ask", self.subscribe, first, self._connected, topics, self.answers)

    def publish(self, load: Load, updates: int) -> Rate:
        """Publish so many updates to each topic and measure until all clients have all of them.

        Each burst is published when the one before has been sent, also by a server that sends in several turns.
        """
        number = updates * load.clients
        before = self._spent()
        self.clients.ask("receive", number)
        turns = 2 + load.clients // load.topics // 128
        published = self.serving.ask("publish", load.topics, updates, load.burst, 0, turns)
        started: float = published[0]
        return self._rate(number, before, self.clients.hear() - started)

    def ask_all(self, frame: str, answers: int = 1) -> Rate:
        """Send `frame` from all clients at once and measure until each has its answers."""
        before, started = self._spent(), time.monotonic()
        ended: float = self.clients.ask("ask", frame, 0, self._connected, 1, answers)
        return self._rate(self._connected, before, ended - started)

    def storm(self, clients: int, turns: int) -> Rate:
        """Let all `clients` subscribe and unsubscribe `turns` times, as fast as they get answers."""
        before = self._spent()
        wall: float = self.clients.ask("storm", self.subscribe, self.unsubscribe, turns)
        return self._rate(clients * turns * 2, before, wall)

    def delays(self, load: Load, updates: int, pause: float) -> Delays:
        """Publish to one topic, a burst each `pause` seconds, and return how long the updates took."""
        self.clients.ask("receive", updates * load.clients, True)
        published = self.serving.ask("publish", 1, updates, load.burst, pause, 0)
        self.clients.hear()
        return Delays(*self.clients.ask("delays", published))

    def busy(self) -> Busy:
        """Return the CPU time of the server until now."""
        return Busy(*self.serving.ask("cpu"))

    def _rate(self, number: int, before: tuple[Busy, Busy, int], wall: float) -> Rate:
        server, clients, received = self._spent()
        since = server.since(before[0]), clients.since(before[1]), received - before[2]
        return Rate(number, wall, *since)

    def _spent(self) -> tuple[Busy, Busy, int]:
        clients, received = self.clients.ask("spent")
        return self.busy(), Busy(*clients), received


@contextmanager
def contestants(
    setting: Setting, servers: Sequence[Server], variables: Mapping[str, str] | None = None
) -> Iterator[list[Contestant]]:
    """Run the servers, with more in their environment if need be, and their clients until the block ends."""
    with ExitStack() as stack:
        yield [_start(stack, setting, server, variables or {}) for server in servers]


def _start(
    stack: ExitStack, setting: Setting, server: Server, variables: Mapping[str, str]
) -> Contestant:
    options = ["--host", server.host]
    options += ["--ws", server.ws or setting.ws, "--loop", server.loop or setting.loop]
    if server.certificates is not None:
        options += ["--certificates", str(server.certificates)]
    serving = stack.enter_context(
        program(
            "serve",
            server.program,
            *options,
            core=SERVERS,
            environment=server.environment,
            variables=variables,
        )
    )
    about = serving.hear()
    scheme = "wss" if server.certificates else "ws"
    url = f"{scheme}://127.0.0.1:{about['port']}/"
    clients = stack.enter_context(
        program("clients", url, server.offer, core=CLIENTS, environment="clients")
    )
    return Contestant(server, serving, clients, about)
