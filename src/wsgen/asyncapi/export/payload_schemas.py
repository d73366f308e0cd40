"""Fill the payload schemas of documents in a process of the project's interpreter, which imports the models."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile

from wsgen.asyncapi.export.assemble import Json
from wsgen.diagnostics import Diagnostic
from wsgen.environment import Environment
from wsgen.errors import ToolError

_LATE = (
    "Move what takes long out of the import, or give it longer by `--timeout` of `wsgen client typescript` and "
    "`wsgen asyncapi export`."
)
_ENDED = "Let the module not end the process when it is imported."
_START = Path(__file__).with_name("start_worker.py")
_ENVIRONMENT = {
    # Sets in examples and defaults are in the order of their hashes, the same each time.
    "PYTHONHASHSEED": "0",
    # They look at validations, of which a document says nothing; to find them takes a fifth of a process's time.
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a type expression got no schema: the code, what happened, and the full output of Python.

    `module` is the one that cannot be imported, empty if it is the type itself that has none. Where the whole
    process has failed, `help` says what to do.
    """

    code: str
    text: str
    output: str = ""
    module: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An example of a module that its model refuses: its part ("request" or "data"), where in it, and why."""

    module: str
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
    documents: Sequence[Json],
    *,
    sources: Sequence[Path],
    root: Path,
    environment: Environment,
    timeout: float,
) -> Filled:
    """Return `documents` with the schemas of the models in them.

    Runs one process of the interpreter of `environment` in `root`, with `sources` first on its path, for at most
    `timeout` seconds. The runtime of that environment fills the documents, or that of wsgen if it has none.

    Raises ToolError if the interpreter cannot be started or lacks what is needed.
    """
    task = json.dumps({"documents": documents, "sources": [str(path) for path in sources]})
    late = False
    # Use files, not pipes: a pipe ends only when all processes that a model has started have closed it.
    with TemporaryFile() as output, TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                [environment.python, os.fspath(_START), _own_runtime()],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=errors,
                cwd=root,
                env={**os.environ, **_ENVIRONMENT},
                start_new_session=True,
            )
        except OSError as error:
            raise _unusable(environment, f"cannot be started: {error.strerror}", "") from error
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
        unit = "second" if timeout == 1 else "seconds"
        return _blamed(answer, f"did not end within {timeout:g} {unit}", said, _LATE)
    last = next(reversed(_lines(answer)), {})
    if "documents" in last:
        return Filled(tuple(last["documents"]), {})
    if "unusable" in last:
        reason = last["unusable"]
        raise _unusable(environment, reason["text"], reason.get("install", ""))
    if "failures" in last:
        failures = {
            name: Failure(
                "WSG661" if reason["kind"] == "schema" else "WSG660",
                reason["text"],
                reason["trace"],
                reason.get("module", ""),  # which older runtimes do not say
            )
            for name, reason in last["failures"].items()
        }
        refused = (Mismatch(**{**item, "loc": tuple(item["loc"])}) for item in last["refused"])
        return Filled((), failures, tuple(refused))
    return _blamed(answer, f"ended the process with status {process.returncode}", said, _ENDED)


def _own_runtime() -> str:
    """Return the folder of the runtime that is installed beside wsgen, an empty text if there is none."""
    spec = find_spec("wsgen_runtime")
    return os.path.dirname(spec.origin) if spec and spec.origin else ""  # noqa: PTH120 - a command line has texts


def _unusable(environment: Environment, text: str, install: str) -> ToolError:
    """Return the error that the interpreter cannot import any models, since it `text`."""
    cure = "Set `python` in [tool.wsgen] to another interpreter."
    if install:
        cure = f"Install `{install}` there, or set `python` in [tool.wsgen] to another interpreter."
    message = f"the interpreter {environment.python} {text} ({environment.reason})"
    return ToolError(message, [Diagnostic("WSG666", message, help=cure)])


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


def _blamed(answer: bytes, what: str, said: bytes, help_text: str) -> Filled:
    """Return the failure of the type that was tried last."""
    tried = [line["type"] for line in _lines(answer) if "type" in line]
    output = said.decode("utf-8", "replace")
    failure = Failure("WSG660", f"importing it {what}", output, help=help_text)
    return Filled((), {tried[-1] if tried else "": failure})
