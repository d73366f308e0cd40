"""Intervals: from each producer at most one update in each interval of its route, the newest one.

The first update of a quiet topic is published at once. Those that follow within the interval replace each other,
in the thread that publishes them, and the last one is published when the interval is over.
"""

import asyncio
import heapq
import math
import threading
from collections import deque
from collections.abc import Callable

_TICK = 0.005  # seconds; timers of topics that are due within one tick are one timer
_TURN = 0.005  # seconds after which publishing what is due pauses, to let others run


class Pace:
    """The newest update of one producer, while it waits for its interval to be over."""

    __slots__ = ("_lock", "_newest", "_replaced", "_timed", "free_at", "interval", "topic", "wheel")

    def __init__(self, topic: str, interval: float) -> None:
        self.topic = topic
        self.interval = interval
        self.free_at = -math.inf
        """When the next update may be published, in the time of the event loop."""
        self.wheel: Wheel | None = None
        """The wheel that this waits in; None before the first update."""
        self._lock = threading.Lock()
        self._newest: str | None = None
        self._replaced = 0
        self._timed = False

    def put(self, data: str) -> bool:
        """Keep `data` in place of an older update; return whether `Wheel.start_timing` must be called.

        Any thread may call this.
        """
        with self._lock:
            if self._newest is not None:
                self._replaced += 1
            self._newest = data
            timed, self._timed = self._timed, True
            return not timed

    def take(self, *, due: bool) -> tuple[str | None, int]:
        """Remove and return the newest update, and how many it has replaced.

        If there is none when one is `due`, the topic is quiet again.
        """
        with self._lock:
            data, replaced = self._newest, self._replaced
            self._newest, self._replaced = None, 0
            if due and data is None:
                self._timed = False
            return data, replaced

    def flush(self) -> None:
        """Publish the update that waits, if there is one, before its interval is over."""
        if self.wheel is not None:
            self.wheel.flush(self)


class Wheel:
    """Publishes the updates of all paces when they are due, by one timer; none runs while all topics are quiet.

    `publish(topic, data)` is called on the event loop, and `replaced(count)` with the number of updates that an
    update has replaced.
    """

    def __init__(
        self, publish: Callable[[str, str], None], replaced: Callable[[int], None]
    ) -> None:
        self._publish = publish
        self._note_replaced = replaced
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots: dict[int, list[Pace]] = {}
        self._ticks: list[int] = []
        self._timer: asyncio.TimerHandle | None = None
        self._timer_tick = 0
        self._due: deque[Pace] = deque()

    def start(self) -> None:
        """Publish on the running event loop from now on."""
        self.stop()
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """Publish nothing from now on, and forget all paces."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._loop = None
        self._slots.clear()
        self._ticks.clear()
        self._due.clear()

    def start_timing(self, pace: Pace) -> None:
        """Publish the update of a topic that was quiet, and those that follow it when they are due."""
        if self._loop is not None:
            pace.wheel = self
            self._advance(pace, self._loop)

    def flush(self, pace: Pace) -> None:
        """Publish the update that waits in `pace`, if there is one; the interval starts again with it."""
        loop = self._loop
        # Not after the end of the event loop on which the producer was started.
        if loop is not None and asyncio.get_running_loop() is loop:
            data, replaced = pace.take(due=False)
            if data is not None:
                pace.free_at = loop.time() + pace.interval
                self._pass_on(pace, data, replaced)

    def _pass_on(self, pace: Pace, data: str, replaced: int) -> None:
        if replaced:
            self._note_replaced(replaced)
        self._publish(pace.topic, data)

    def _advance(self, pace: Pace, loop: asyncio.AbstractEventLoop) -> None:
        """Publish what is due, and wait for the end of the interval unless the topic has become quiet."""
        now = loop.time()
        if pace.free_at > now:  # since it was flushed meanwhile
            self._put(pace, loop)
            return
        data, replaced = pace.take(due=True)
        if data is not None:
            pace.free_at = now + pace.interval
            self._put(pace, loop)
            self._pass_on(pace, data, replaced)

    def _put(self, pace: Pace, loop: asyncio.AbstractEventLoop) -> None:
        tick = math.floor(pace.free_at / _TICK) + 1  # its time is later, whatever the rounding
        slot = self._slots.get(tick)
        if slot is not None:
            slot.append(pace)
            return
        self._slots[tick] = [pace]
        heapq.heappush(self._ticks, tick)
        self._set_timer(loop)

    def _set_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for the first slot, unless its timer runs already or paces that are due are being published."""
        if not self._ticks or self._due:
            return
        first = self._ticks[0]
        if self._timer is not None:
            if self._timer_tick <= first:
                return
            self._timer.cancel()
        self._timer_tick = first
        self._timer = loop.call_at(first * _TICK, self._turn, loop)

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """Publish what is due; pause after a while, and go on before anything that becomes due meanwhile."""
        self._timer = None
        started = loop.time()
        while self._ticks and self._ticks[0] * _TICK <= started:
            self._due.extend(self._slots.pop(heapq.heappop(self._ticks)))
        try:
            while self._due and loop.time() - started <= _TURN:
                self._advance(self._due.popleft(), loop)
        finally:
            if self._due:
                loop.call_soon(self._turn, loop)
            else:
                self._set_timer(loop)
