"""The exchange: counts what commands have done, and kills who does them, before and after; the ground truth."""

import asyncio
import json
import os
import random
import signal
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class Exchange:
    """Lives in the process of the proof, which nobody kills.

    `kills` is the chance of being killed at each of the two steps: before the effect, and between it and the
    answer.
    """

    chance: random.Random
    kills: float
    done: Counter[str] = field(default_factory=Counter)
    numbers: dict[str, int] = field(default_factory=dict)
    begun: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    replied: dict[tuple[str, int], float] = field(default_factory=dict)
    """When a process was told that the effect of a command is there."""
    dead: dict[int, float] = field(default_factory=dict)
    """When processes were killed."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                while line := await reader.readline():
                    said = json.loads(line)
                    key, pid = said["key"], said["pid"]
                    if said["step"] == "begin":
                        self.begun[key].add(pid)
                        number = 0
                    else:
                        self.done[key] += 1
                        number = self.numbers[key] = len(self.numbers) + 1
                    if self.chance.random() < self.kills:
                        self.kill(pid)
                        return
                    if self.chance.random() < 0.15:
                        await asyncio.sleep(self.chance.random())
                    if number:
                        self.replied[key, pid] = time.monotonic()
                    writer.write(json.dumps({"number": number}).encode() + b"\n")
                    await writer.drain()
        finally:
            writer.close()

    def kill(self, pid: int) -> None:
        self.dead[pid] = time.monotonic()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
