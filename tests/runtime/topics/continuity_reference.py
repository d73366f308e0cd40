"""A short reference of positions, histories, replays, resumes and lingering topics, without I/O."""

from dataclasses import dataclass, field

from wsgen_runtime import History

Seen = tuple[object, ...]
"""A frame as a client sees it, with the reference's epoch in place of the server's."""


@dataclass(frozen=True)
class Route:
    """The options of a route; `positions` says whether answers have positions."""

    name: str
    history: History | None = None
    replay: int = 0
    published: bool = False
    positions: bool = True


@dataclass
class Kept:
    """An update in a history: its number, its value, the size of its data, and when it was published."""

    seq: int
    value: int
    size: int
    at: float


@dataclass
class Topic:
    """A topic that is alive, from its first subscriber to the end of its producer or of its time."""

    name: str
    route: Route
    epoch: int
    seq: int = 0
    kept: list[Kept] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    until: float | None = None
    """When it ends without a subscriber."""

    def append(self, value: int, size: int, now: float) -> None:
        self.seq += 1
        bounds = self.route.history
        if bounds is not None:
            self.kept.append(Kept(self.seq, value, size, now))
            self.kept = self.kept[-bounds.updates :]
            while sum(kept.size for kept in self.kept) > bounds.bytes:
                self.kept.pop(0)

    def after(self, seq: int, now: float) -> list[Kept]:
        seconds = self.route.history.seconds if self.route.history else 0.0
        return [kept for kept in self.kept if kept.seq > seq and kept.at >= now - seconds]

    def replayed(self, now: float) -> list[Kept]:
        kept, expected = self.after(0, now), self.seq
        found: list[Kept] = []
        while kept and kept[-1].seq == expected and len(found) < self.route.replay:
            found.insert(0, kept.pop())
            expected -= 1
        return found

    def missed(self, since: tuple[int, int], now: float) -> list[Kept] | None:
        """Return what follows `since`, or None if that is not known to be everything."""
        epoch, seq = since
        if epoch != self.epoch or seq > self.seq:
            return None
        found = self.after(seq, now)
        return found if [kept.seq for kept in found] == list(range(seq + 1, self.seq + 1)) else None


class Reference:
    """All topics of one app, and what each client sees."""

    def __init__(self) -> None:
        self.now = 0.0
        self.topics: dict[str, Topic] = {}
        self.seen: dict[int, list[Seen]] = {}
        self.founding: set[int] = set()
        self.epochs = 0

    def subscribe(
        self, client: int, route: Route, name: str, question: int, since: tuple[int, int] | None
    ) -> None:
        topic = self.topics.get(name) or self.start(route, name)
        again = client in topic.members
        if not again:
            topic.members.append(client)
        topic.until = None
        if client in self.founding:
            self.show(client, "answer", question, None, None)
            self.send(client, topic, [] if again else topic.replayed(self.now))
            return
        missed = topic.missed(since, self.now) if since is not None and route.positions else None
        recovered = None if since is None else missed is not None
        if missed is not None:
            sent, at = missed, since
        else:
            sent = [] if again and since is None else topic.replayed(self.now)
            at = topic.epoch, sent[0].seq - 1 if sent else topic.seq
        self.show(client, "answer", question, at if route.positions else None, recovered)
        self.send(client, topic, sent)

    def start(self, route: Route, name: str) -> Topic:
        self.epochs += 1
        topic = self.topics[name] = Topic(name, route, self.epochs)
        return topic

    def leave(self, client: int, name: str) -> bool:
        topic = self.topics.get(name)
        if topic is None or client not in topic.members:
            return False
        topic.members.remove(client)
        self.rest(topic)
        return True

    def drop(self, client: int) -> None:
        for name in tuple(self.topics):
            self.leave(client, name)

    def rest(self, topic: Topic) -> None:
        """Let the topic end after its time if nobody is subscribed, or at once without a history."""
        if topic.members:
            return
        if topic.route.history is None:
            del self.topics[topic.name]
        else:
            topic.until = self.now + topic.route.history.seconds

    def publish(self, route: Route, name: str, value: int, size: int) -> None:
        if name not in self.topics and not (route.published and route.history):
            return
        topic = self.topics.get(name) or self.start(route, name)
        topic.append(value, size, self.now)
        for client in topic.members:
            self.show(client, "update", name, topic.seq, value)
        if route.published:
            self.rest(topic)

    def lose(self, name: str, count: int) -> None:
        self.topics[name].seq += count

    def end(self, name: str, reason: str, *, producer: bool) -> None:
        """End all subscriptions; the topic ends with its producer, otherwise it lives on."""
        topic = self.topics.get(name)
        if topic is None:
            return
        for client in topic.members:
            self.show(client, "unsubscribed", name, reason)
        had_members = bool(topic.members)
        topic.members.clear()
        if producer:
            del self.topics[name]
        elif had_members:
            self.rest(topic)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for name, topic in tuple(self.topics.items()):
            if topic.until is not None and topic.until <= self.now:
                del self.topics[name]

    def show(self, client: int, *seen: object) -> None:
        self.seen.setdefault(client, []).append(seen)

    def send(self, client: int, topic: Topic, sent: list[Kept]) -> None:
        for kept in sent:
            self.show(client, "update", topic.name, kept.seq, kept.value)
