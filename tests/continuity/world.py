"""The processes of a run: servers on fixed ports, and Redis with its data, without, or with older data."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.continuity.truth import Truth
from tests.runtime.redis_server import RedisServer, free_port

LEASE = 1.0
_QUEUE = 64  # updates that wait for Redis: few, so that some are lost when it stalls

PROTOCOLS = ("websockets-sansio", "wsgen_runtime.uvicorn:Protocol")
"""Of the two servers: one sends each update to each client, the other writes it prepared."""


class Server:
    """A uvicorn process, which is killed and started again on the same port."""

    def __init__(
        self,
        settings: Mapping[str, object],
        environment: Mapping[str, str],
        module: str = "tests.continuity.server",
        port: int | None = None,
    ) -> None:
        self._module = module
        self.port = port or free_port()
        self._settings = json.dumps({**settings, "port": self.port})
        self._environment = {**os.environ, **environment}
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()

    @property
    def name(self) -> str:
        """The present process; clients note it with what they get."""
        return f"{self.port}/{self._process.pid if self._process else None}"

    @property
    def alive(self) -> bool:
        """Whether the process runs, or is stopped."""
        return self._process is not None and self._process.returncode is None

    async def start(self, log: Path) -> None:
        """Start, and wait until the process serves; without Redis it does not start, which is tried again."""
        async with asyncio.timeout(60):
            while await self._start(log) != b"ready\n":
                await self.kill()
                await asyncio.sleep(0.2)

    async def _start(self, log: Path) -> bytes:
        with log.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                self._settings,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=self._environment,
            )
        assert self._process.stdout is not None
        return await self._process.stdout.readline()

    async def restart(self, log: Path, pause: float) -> None:
        """Kill the process and start another one; one such action at a time."""
        async with self._lock:
            await self.kill()
            await asyncio.sleep(pause)
            await self.start(log)

    async def kill(self) -> None:
        """End the process with SIGKILL."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def end(self) -> None:
        """End the process in an orderly way, as a deploy does."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, such as SIGSTOP, if the process runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)


class World:
    """All processes, and the truth."""

    def __init__(
        self,
        folder: Path,
        *,
        redis: bool = True,
        mutant: str = "",
        lease: float = LEASE,
        check_every: float = 1.0,
    ) -> None:
        self.lease = lease
        self.truth = Truth(folder / "truth")
        self.truth.folder.mkdir()
        self.truth.order("quiet")
        self.truth.publish_as("none")
        self.log = folder / "servers.log"
        self._data = folder / "redis"
        self._copy = folder / "older"
        self._lock = asyncio.Lock()
        self._work: asyncio.Future[None] | None = None
        self._data.mkdir()
        self.redis: RedisServer | None = None
        if redis:
            # What was acknowledged is in the file when Redis is killed. A later --appendonly wins.
            self.redis = RedisServer(self._data, "--appendonly", "yes", "--appendfsync", "no")
        settings = {
            "truth": str(self.truth.folder),
            "redis": self.redis.url if self.redis else None,
            "lease": lease,
            "queue": _QUEUE,
            "check_every": check_every,
        }
        environment = {"CONTINUITY_MUTANT": mutant} if mutant else {}
        kinds = PROTOCOLS if redis else PROTOCOLS[1:]
        self.servers = [Server({**settings, "ws": ws}, environment) for ws in kinds]

    async def start(self) -> None:
        """Start everything."""
        if self.redis is not None:
            await self._finish(self.redis.start)
        await asyncio.gather(*(server.start(self.log) for server in self.servers))

    async def stop(self) -> None:
        """Kill everything."""
        if self._work is not None:
            await asyncio.wait({self._work})
        for server in self.servers:
            await server.kill()
        if self.redis is not None:
            self.redis.stop()

    async def mend(self) -> None:
        """Let everything run that was stopped or killed."""
        if self.redis is not None:
            self.redis.resume()
        for server in self.servers:
            server.signal(signal.SIGCONT)
            if not server.alive:
                await server.start(self.log)

    def copy_data(self) -> None:
        """Keep the data that Redis has now, for a later start with older data."""
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._data, self._copy)

    async def restart_redis(self, data: str) -> None:
        """Kill Redis and start it again: with its `same` data, with `none`, or with `older` data."""
        assert self.redis is not None
        async with self._lock:
            await self._finish(self._restart_redis, self.redis, data)

    async def stop_redis(self, seconds: float) -> None:
        """Let Redis do nothing for a while."""
        assert self.redis is not None
        async with self._lock:
            self.redis.pause()
            await asyncio.sleep(seconds)
            self.redis.resume()

    async def cut_redis(self, seconds: float) -> None:
        """Let Redis do nothing for a while, then do what it was asked, and cut connections before it answers."""
        assert self.redis is not None
        async with self._lock:
            await self._finish(self._cut_redis, self.redis, seconds)

    async def _finish(self, work: Callable[..., None], *arguments: object) -> None:
        """Do something in a thread; `stop` waits until it is done."""
        self._work = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
        await asyncio.shield(self._work)

    @staticmethod
    def _cut_redis(redis: RedisServer, seconds: float) -> None:
        with socket.create_connection(("127.0.0.1", redis.port), timeout=10) as connection:
            connection.sendall(b"PING\r\n")
            connection.recv(64)
            redis.pause()
            time.sleep(seconds)
            # What came before this is done before, but its answers would be written after it.
            connection.sendall(b"CLIENT KILL SKIPME yes\r\n")
            redis.resume()
            connection.recv(64)

    def _restart_redis(self, redis: RedisServer, data: str) -> None:
        redis.stop()
        if data != "same":
            shutil.rmtree(self._data)
            if data == "older" and self._copy.exists():
                shutil.copytree(self._copy, self._data)
            else:
                self._data.mkdir()
        redis.start()
