"""Fills documents in a separate process, since models are user code, which may hang, print or exit.

Reads `{"sources": [...], "documents": [...]}` from stdin. Writes JSON lines to the original stdout: `{"type":
...}` before each type expression is resolved, and at the end either `{"documents": [...]}` or `{"failures":
{...}, "refused": [...]}`, with the types that have no schema and the examples that their models refuse.
"""

import json
import os
import sys
import sysconfig
import traceback
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wsgen_runtime.documents.contract_digest import with_contracts
from wsgen_runtime.documents.document_references import failed_module, resolve_type
from wsgen_runtime.documents.schemas import UnfillableError, fill

_OTHERS = (
    "<",  # <frozen importlib._bootstrap>
    str(Path(__file__).parents[1]) + os.sep,
    *(sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")),
)
"""Prefixes of files that are not the user's: the runtime, the standard library and installed packages."""


def main() -> None:
    """Fill the documents that are read from stdin."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        # Models may print while they are imported, which must not mix with the answer.
        os.dup2(2, 1)
        task = json.load(sys.stdin)
        sys.path[:0] = task["sources"]

        def say(answer: object) -> None:
            answers.write(json.dumps(answer) + "\n")
            answers.flush()

        def resolve(expression: str) -> Any:  # a type expression has no common static type
            say({"type": expression})
            return resolve_type(expression)

        filled: list[object] = []
        failures: dict[str, object] = {}
        refused: list[object] = []
        for document in task["documents"]:
            try:
                filled.append(with_contracts(fill(document, resolve=resolve)))
            except UnfillableError as error:
                failures |= {name: _reason(cause) for name, cause in error.reasons.items()}
                refused += [asdict(item) for item in error.refused]
        failed = failures or refused
        say({"failures": failures, "refused": refused} if failed else {"documents": filled})


def _reason(error: Exception) -> dict[str, object]:
    known = type(error).__module__.startswith("pydantic")
    return {
        "kind": "schema" if known else "import",
        "module": failed_module(error),
        "text": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
        "trace": _trace(error),
    }


def _trace(error: Exception) -> str:
    """Return the tracebacks of `error` and its causes, reduced to the files of the user."""
    whole = traceback.TracebackException.from_exception(error)
    part: traceback.TracebackException | None = whole
    while part is not None:
        users = [frame for frame in part.stack if not frame.filename.startswith(_OTHERS)]
        part.stack = traceback.StackSummary.from_list(users)
        part = part.__cause__ or part.__context__
    lines = list(whole.format())
    return "".join(lines if any(line.startswith("  File ") for line in lines) else lines[1:])


def _ended() -> int:
    """Run `main` and return the exit status."""
    try:
        main()
    except SystemExit as error:  # a model may end the process
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    ended = _ended()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # a model may have closed or removed it
            stream.flush()
    # Do not wait for threads that a model has started, nor run its exit handlers.
    os._exit(ended)
