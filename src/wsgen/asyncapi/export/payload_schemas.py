"""Fill the payload schemas of documents in a separate process, which imports the user's models."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from wsgen.asyncapi.export.assemble import Json

WORKER = "wsgen_runtime.documents.worker"
"""The module that fills documents, by name and not imported, because wsgen does not need the runtime."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a type expression got no schema: the code, what happened, and the full output of Python."""

    code: str
    text: str
    output: str = ""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An example that its model refuses: the part ("request" or "data"), the position in it, and the reason."""

    channel: str
    route: str
    index: int
    part: str
    loc: tuple[str | int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The filled documents, or why there are none: failures by type expression, and wrong examples.

    A failure that no type has caused has the key "".
    """

    documents: tuple[Json, ...]
    failures: Mapping[str, Failure]
    mismatches: tuple[Mismatch, ...] = ()


def fill_documents(
    documents: Sequence[Json], *, sources: Sequence[Path], root: Path, timeout: float
) -> Filled:
    """Return `documents` with the schemas of the models in them.

    Runs one process in `root`, with `sources` first on its path, for at most `timeout` seconds.
    """
    task = json.dumps({"documents": documents, "sources": [str(path) for path in sources]})
    late = False
    # Use files, not pipes: a pipe ends only when all processes that a model has started have closed it.
    with TemporaryFile() as output, TemporaryFile() as errors:
        # With -P, modules are imported from the folders in `sources`, and not from the working directory.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", WORKER],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            cwd=root,
            # Sets in examples and defaults are in the order of their hashes, which must be the same each time.
            env={**os.environ, "PYTHONHASHSEED": "0"},
            start_new_session=True,
        )
        try:
            process.communicate(task.encode(), timeout=timeout)
        except subprocess.TimeoutExpired:
            late = True
        finally:
            _end(process)
            process.wait()
        output.seek(0)
        errors.seek(0)
        answer, said = output.read(), errors.read()
    if late:
        return _blamed(answer, f"did not end within {timeout:g} seconds", said)
    last = next(reversed(_lines(answer)), {})
    if "documents" in last:
        return Filled(tuple(last["documents"]), {})
    if "failures" in last:
        failures = {
            name: Failure(
                "WSG661" if reason["kind"] == "schema" else "WSG660",
                reason["text"],
                reason["trace"],
            )
            for name, reason in last["failures"].items()
        }
        refused = (Mismatch(**{**item, "loc": tuple(item["loc"])}) for item in last["refused"])
        return Filled((), failures, tuple(refused))
    return _blamed(answer, f"ended the process with status {process.returncode}", said)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and its children; on Windows only the process."""
    if sys.platform == "win32":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _lines(answer: bytes) -> list[Json]:
    """Return the complete lines of `answer`; a killed process may leave an incomplete one."""
    whole = answer[: answer.rfind(b"\n") + 1]
    return [json.loads(line) for line in whole.splitlines()]


def _blamed(answer: bytes, what: str, said: bytes) -> Filled:
    """Return the failure of the type that was tried last."""
    tried = [line["type"] for line in _lines(answer) if "type" in line]
    failure = Failure("WSG660", f"importing it {what}", said.decode("utf-8", "replace"))
    return Filled((), {tried[-1] if tried else "": failure})
