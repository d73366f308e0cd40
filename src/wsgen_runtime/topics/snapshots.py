"""Snapshots: subscribers of a snapshot route get the state of their topic before its updates, and after any loss.

Such a subscriber waits in `Topic.syncing`, where it gets no updates, until a state comes; then it is a member.
The state is taken where the topic is produced, and takes the way of the updates, so that it arrives between the
same updates between which it was taken.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass, field

from wsgen_runtime.brokers.base import Keeper
from wsgen_runtime.errors import ServiceError, reason_of, refusal, sound
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.outgoing.clients import Clients
from wsgen_runtime.outgoing.prepared import Outgoing
from wsgen_runtime.protocol.events import Question
from wsgen_runtime.protocol.frames import cancelled_frame, snapshot_frame, subscribed_frame
from wsgen_runtime.protocol.payloads import ErrorCode, ErrorPayload
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.protocol.reasons import FAILED
from wsgen_runtime.stats import Counters
from wsgen_runtime.topics.behind import Behind
from wsgen_runtime.topics.channel import Channel
from wsgen_runtime.topics.feed import Feed, Posted
from wsgen_runtime.topics.slices import Fanouts
from wsgen_runtime.topics.subscriptions import TopicIndex
from wsgen_runtime.user_code.calls import call
from wsgen_runtime.user_code.slow_calls import naming_slow
from wsgen_runtime.user_code.stubborn import OverdueError

_AGAIN = 2.0
"""Seconds after which a state of another process that has not come is asked for again."""
_HINT = "return the state that the service has, without waiting for its source"
_NO_STATE = " "
"""Begins an error that is passed on in place of a state. Brokers take it for JSON, and no state begins so."""


@dataclass(slots=True, eq=False)
class Snapshots:
    """Takes states, one at a time for each topic, and sends each to all who wait for it.

    A service may take `within` seconds. `post` takes a state to where updates are published, `moved` is called if
    a state shows that the topic has another epoch, and `advance` if subscriptions have ended.
    """

    topics: TopicIndex[Client, Question]
    channels: Mapping[str, Channel]
    clients: Clients
    counters: Counters
    keeper: Keeper | None
    within: float | None
    post: Callable[[Posted], None]
    moved: Callable[[str, Position], object]
    advance: Callable[[str], None]
    fanouts: Fanouts
    context: Context = field(default_factory=copy_context)
    """The context variables of calls: those of the app's start, and not those of a client."""
    behind: Behind = field(init=False)

    def __post_init__(self) -> None:
        self.behind = Behind(self.topics, self.clients, self.want)

    # -- who waits

    def sync(self, client: Client, topic: str, *questions: Question) -> None:
        """Let a subscriber wait for a state, which precedes its next updates and answers its questions."""
        if questions:
            self.behind.forget(client, topic)
        self.behind.watch(client)
        self.topics.sync(topic, client, *questions)
        self.want(topic)

    def gapped(self, topic: str) -> None:
        """Let all subscribers of a snapshot route wait for a state, since updates are missing."""
        channel, entry = self.channels.get(topic), self.topics.get(topic)
        if channel is None or entry is None or channel.router.snapshot_type is None:
            return
        members = [client for client in entry.members if client.snapshots]
        for client in members:
            self.topics.sync(topic, client)
        if members:
            self.want(topic)

    def want(self, topic: str) -> None:
        """Have a state taken for those who wait, in the process that produces the topic."""
        channel = self.channels.get(topic)
        if channel is None:
            return
        if channel.numbered_by_broker and self.keeper is not None:
            self._ask(topic, channel, self.keeper)
        else:
            self.take(topic)

    def _ask(self, topic: str, channel: Channel, keeper: Keeper) -> None:
        """Ask for a state, unless one is on its way: whenever it was taken, it comes after all who wait now."""
        if channel.state_timer is None:
            loop = asyncio.get_running_loop()
            limit = None if self.within is None else loop.time() + self.within + _AGAIN
            channel.state_timer = loop.call_later(_AGAIN, self._ask_again, topic, channel, limit)
            keeper.ask_snapshot(topic)

    def _ask_again(self, topic: str, channel: Channel, limit: float | None) -> None:
        """Ask for a state that has not come, or give up: the process that was asked may have ended."""
        channel.state_timer = None
        entry = self.topics.get(topic)
        if self.channels.get(topic) is not channel or entry is None or self.keeper is None:
            return
        if not any(self.behind.reads(client, topic) for client in entry.syncing):
            return
        loop = asyncio.get_running_loop()
        if limit is not None and loop.time() >= limit:
            self.fail(topic, channel, _failure())
            return
        channel.state_timer = loop.call_later(_AGAIN, self._ask_again, topic, channel, limit)
        self.keeper.ask_snapshot(topic)

    # -- where the topic is produced

    def take(self, topic: str) -> None:
        """Take a state, unless that is being done; if the topic is only starting, as soon as it has started."""
        channel = self.channels.get(topic)
        if channel is None or channel.router.snapshot_type is None:
            return
        feed = channel.feed
        if channel.producer is None or feed is None or feed.closed:
            channel.state_wanted = True
        elif channel.state_call is None:
            calling = self._call(topic, channel, feed)
            task = self.context.copy().run(asyncio.get_running_loop().create_task, calling)
            # With an eager task factory, the task may be done already.
            if not task.done():
                channel.state_call = task

    def started(self, topic: str, channel: Channel) -> None:
        """Take a state that was wanted before the topic had started."""
        if channel.state_wanted and channel.producer is not None:
            channel.state_wanted = False
            self.take(topic)

    async def _call(self, topic: str, channel: Channel, feed: Feed) -> None:
        """Call the service, and post its answer in the step in which it returns: no update comes between."""
        router = channel.router
        snapshot = getattr(router.service, "snapshot", None)
        arguments = (channel.request,) if router.has_request else ()
        data = ""
        try:
            if not callable(snapshot):
                raise TypeError("the service has no method snapshot()")
            with naming_slow("snapshot", router.route, _HINT):
                data = router.encode_snapshot(await call(snapshot, *arguments, within=self.within))
        except Exception as raised:  # of the service
            data = self._failed(sound(raised), router.route)
        finally:
            if channel.feed is feed:  # not a call that outlives its cancellation
                channel.state_call = None
        if not feed.closed:
            self.post(Posted(topic, data, feed, state="called"))

    def _failed(self, error: BaseException, route: str) -> str:
        """Count and log the failure of a call, and return what is passed on in place of the state."""
        if isinstance(error, ServiceError):
            self.counters.refusals += 1
            return _written(error)
        message = f"a snapshot of the route {route} failed"
        if isinstance(error, OverdueError):
            message += f" to come in time; {_HINT}"
        self.counters.fail(message, error, route=route)
        return _written(_failure())

    def pass_on(self, topic: str, data: str, *, yielded: bool) -> None:
        """Pass a state on, behind all updates that were published before it.

        One that a stream has yielded has a number of its own, so that whoever was not to wait for a state sees
        that there is one.
        """
        channel = self.channels.get(topic)
        if channel is None:
            return
        if channel.numbered_by_broker and self.keeper is not None:
            if yielded:
                self.keeper.skip(topic, 1)
            self.keeper.snapshot(topic, data)
        elif channel.epoch is not None:
            self.deliver(topic, data, Position(channel.epoch, channel.seq + yielded))

    # -- where subscribers are

    def deliver(self, topic: str, data: str, position: Position) -> None:
        """Send a state to all who wait for it, or to all subscribers if it shows that they miss something."""
        channel, entry = self.channels.get(topic), self.topics.get(topic)
        if channel is None or entry is None or channel.router.snapshot_type is None:
            return
        if position.epoch != channel.epoch:
            self.moved(topic, position)
        if data.startswith(_NO_STATE):
            self.fail(topic, channel, _read(data))
            return
        if position.seq < channel.seq:
            return  # an older one; another is asked for before long
        if position.seq > channel.seq:
            channel.seq = position.seq
            for client in tuple(entry.members):
                if client.snapshots:
                    self.topics.sync(topic, client)
        self.stop_asking(channel)
        self.fanouts.finish(topic)
        route = channel.router.route
        frame = snapshot_frame(route, topic, data, position)
        state = Outgoing({"type": "websocket.send", "text": frame})
        for client, questions in self.topics.synced(topic, self._reads(topic)):
            for question in questions:
                recovered = None if question.since is None else False
                answer = subscribed_frame(route, topic, question.id, recovered=recovered)
                self.clients.answer(client, answer)
            self.counters.snapshots += 1
            self.clients.send_state(client, state, topic)

    def fail(self, topic: str, channel: Channel, error: ServiceError) -> None:
        """End the subscriptions of all who wait for a state: the failure is the answer to their questions."""
        self.stop_asking(channel)
        self.fanouts.finish(topic)
        route = channel.router.route
        outcome = self.topics.unsynced(topic, self._reads(topic))
        for client, questions in outcome.failed:
            for question in questions:
                self.clients.refuse(client, refusal(error, question.id))
        for client in outcome.ended:
            client.seal(topic)
            frame = cancelled_frame(route, topic, reason_of(error), coded=client.hello)
            self.clients.answer(client, frame)
        self.advance(topic)

    def _reads(self, topic: str) -> Callable[[Client], bool]:
        return lambda client: self.behind.reads(client, topic)

    @staticmethod
    def stop_asking(channel: Channel) -> None:
        """Forget that a state was asked for, since it has come, or whoever was asked is gone."""
        if channel.state_timer is not None:
            channel.state_timer.cancel()
            channel.state_timer = None


def _failure() -> ServiceError:
    return ServiceError(FAILED, code=ErrorCode.INTERNAL, retry_after=1.0)


def _written(error: ServiceError) -> str:
    payload = ErrorPayload(
        code=error.code,
        message=error.message,
        details=error.details,
        retry_after=error.retry_after,
    )
    return _NO_STATE + payload.model_dump_json()


def _read(text: str) -> ServiceError:
    """Return the error that `_written` has written, in any process."""
    try:
        payload = ErrorPayload.model_validate_json(text.removeprefix(_NO_STATE))
        return ServiceError(
            payload.message,
            code=payload.code,
            details=payload.details,
            retry_after=payload.retry_after,
        )
    except ValueError:  # a ValidationError too
        return _failure()
