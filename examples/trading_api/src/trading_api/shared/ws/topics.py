"""The request behind a topic, and the task that produces a topic's updates."""

import asyncio
import json
import logging
from collections.abc import Coroutine
from typing import TypeVar

from pydantic import BaseModel

_Request = TypeVar("_Request", bound=BaseModel)
logger = logging.getLogger(__name__)


def route_of(topic: str) -> str:
    """Return the route that `topic` belongs to."""
    return topic.partition(":")[0]


def request_of(topic: str, model: type[_Request]) -> _Request:
    """Return the request that `topic` is named after; a name writes None as an empty string."""
    parameters = json.loads(topic.partition(":")[2])
    return model.model_validate({key: value for key, value in parameters.items() if value != ""})


class Producers:
    """Tasks by name, each of which produces until it is stopped."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._tasks

    def start(self, name: str, work: Coroutine[None, None, None]) -> None:
        """Run `work` until it is stopped; a failure is logged."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_report)
        self._tasks[name] = task

    async def stop(self, name: str) -> None:
        """Cancel what runs under `name`, and wait for its end."""
        task = self._tasks.pop(name)
        task.cancel()
        await asyncio.wait([task])


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("the producer of %s failed", task.get_name(), exc_info=error)
