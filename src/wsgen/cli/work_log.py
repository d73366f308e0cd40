"""How far the stages and quality steps of a run are, and how long each of them has taken."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Work:
    """A stage or quality step, and how many of its modules and files are done.

    A step may go through modules again, after a fix; `pass_began` is what `seconds` was then, and `most` the
    modules of its longest pass. `seconds` is the time in which it was at work, on any number of processors, until
    `since`. `parts` of it are at work now.
    """

    name: str
    modules: int = 0
    files: int = 0
    modules_done: int = 0
    files_done: int = 0
    most: int = 0
    seconds: float = 0.0
    pass_began: float = 0.0
    parts: int = 0
    since: float = 0.0

    def at(self, now: float) -> "Work":
        """Return it with the time until `now` counted in."""
        passed = now - self.since if self.parts else 0.0
        return replace(self, seconds=self.seconds + passed, since=now)

    @property
    def is_done(self) -> bool:
        """Return whether it has gone through all that is known to be there for it."""
        return not self.parts and self.modules_done >= self.modules

    @property
    def left(self) -> float | None:
        """Return how many more seconds its present pass takes, None if that is not known yet."""
        if not 0 < self.modules_done < self.modules:
            return None
        took = self.seconds - self.pass_began
        return took / self.modules_done * (self.modules - self.modules_done)


class WorkLog:
    """Keeps what it is notified of about a run, as `Progress` says; any thread may notify it, and ask."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._work: dict[str, Work] = {}
        self._lock = Lock()

    def planned(self, name: str, modules: int, files: int = 0) -> None:
        """Note that `name` is about to go through this number of modules and files."""
        with self._lock:
            work = self._now(name)
            self._work[name] = replace(
                work,
                modules=modules,
                files=files,
                modules_done=0,
                files_done=0,
                most=max(work.most, modules),
                pass_began=work.seconds,
            )

    def began(self, name: str) -> None:
        """Note that a part of it has begun."""
        with self._lock:
            work = self._now(name)
            self._work[name] = replace(work, parts=work.parts + 1)

    def ended(self, name: str, modules: int, files: int = 0) -> None:
        """Note that a part of it has ended, with this number of modules and files done."""
        with self._lock:
            work = self._now(name)
            self._work[name] = replace(
                work,
                modules_done=work.modules_done + modules,
                files_done=work.files_done + files,
                parts=work.parts - 1,
            )

    def so_far(self) -> tuple[Work, ...]:
        """Return all work that has begun, in the order in which it was planned first."""
        with self._lock:
            work = [self._now(name) for name in self._work]
        return tuple(item for item in work if item.seconds or item.parts)

    def _now(self, name: str) -> Work:
        now = self._clock()
        return self._work.get(name, Work(name)).at(now)
