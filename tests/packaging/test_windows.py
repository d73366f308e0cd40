"""Both packages import and work where Python lacks what Windows does not have.

`mypy --platform win32`, which `make check` runs, finds what is used without a guard; this shows that the guards
work. Neither shows what Windows itself does: .github/workflows/ci.yml runs the tests there.
"""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = '''
import asyncio, importlib, os, pkgutil, select, signal, sys, types

MISSING = {
    "os": """O_NONBLOCK O_NOFOLLOW O_DIRECTORY O_CLOEXEC O_NOCTTY WNOHANG fork forkpty killpg getpgid getpgrp
        setsid setpgid getuid geteuid getgid getegid getgroups chown fchown fchmod mkfifo mknod wait wait3 wait4
        uname register_at_fork posix_spawn sched_getaffinity set_blocking get_blocking statvfs sysconf nice
        getloadavg fdatasync pread pwrite""",
    "signal": """SIGKILL SIGHUP SIGUSR1 SIGUSR2 SIGALRM SIGPROF SIGVTALRM SIGPIPE SIGCHLD SIGQUIT SIGSTOP SIGCONT
        SIGTSTP ITIMER_PROF ITIMER_REAL setitimer getitimer alarm pause pthread_kill pthread_sigmask sigwait""",
    "select": "poll epoll kqueue devpoll POLLIN",
    "sys": "",
}
WITHOUT = ("fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "syslog", "posix")


class Windows(types.ModuleType):
    """What a module of the standard library is on Windows."""

    def __init__(self, module, missing):
        self.__dict__.update(__name__=module.__name__, real=module, missing=missing)

    def __getattr__(self, name):
        if name in self.missing:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return "win32" if (self.__name__, name) == ("sys", "platform") else getattr(self.real, name)

    def __setattr__(self, name, value):
        setattr(self.real, name, value)


def load():
    """Import all modules of both packages."""
    for top in ("wsgen", "wsgen_runtime"):
        package = importlib.import_module(top)
        for found in pkgutil.walk_packages(package.__path__, f"{top}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


import wsgen_runtime.testing
from wsgen.cli.main import run

list(load())  # with what they import, which is not to see any of this
real = {name: sys.modules[name] for name in MISSING}
for name in [name for name in sys.modules if name.partition(".")[0] in ("wsgen", "wsgen_runtime")]:
    del sys.modules[name]
for name in WITHOUT:
    sys.modules[name] = None
for name, missing in MISSING.items():
    sys.modules[name] = Windows(real[name], set(missing.split()))
count = len(list(load()))
sys.modules.update(real)
assert sys.modules["wsgen.files"].os.__class__ is Windows, "the modules do not see Windows"

from wsgen.cli.main import run

for arguments in (
    ["init", "market"],
    ["render"],
    ["check"],
    ["asyncapi", "export", "-o", "market.yaml"],
    ["asyncapi", "validate", "market.yaml"],
):
    assert run(arguments) == 0, arguments

sys.path.insert(0, ".")
from shop.market.models import *
from shop.market.ws_generated import MarketWsRouter
from wsgen_runtime import WsApp
from wsgen_runtime.testing import connect


class Service:
    async def create_topic(self, topic, topic_update):
        pass

    async def remove_topic(self, topic):
        pass


async def serve():
    app = WsApp(title="market", routers=[MarketWsRouter(service=Service())])
    async with app.lifespan(), connect(app) as client:
        await client.send({"type": "ping"})
        return await client.receive()


assert asyncio.run(serve()) == {"type": "pong"}
print(count)
'''


@pytest.mark.filterwarnings("default")
def test_both_packages_work_without_what_windows_lacks(tmp_path: Path) -> None:
    tmp_path.joinpath("pyproject.toml").write_text(
        '[project]\nname = "shop"\n[tool.wsgen.quality]\nsteps = []\n'
    )
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 200
