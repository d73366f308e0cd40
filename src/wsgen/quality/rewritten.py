"""Take back what a step has made of a module, unless no other step could work with it."""

import ast
from collections.abc import Mapping
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.quality.problems import BrokenToolError
from wsgen.quality.workbench import Workbench


def rewritten(
    bench: Workbench, step: str, output: Path, before: Mapping[str, str]
) -> Mapping[str, str]:
    """Return the texts of the module in `output`, which were `before`, as `step` has left them.

    Raises BrokenToolError if a file is gone or unreadable, or if a command of the project has left something in
    it that is not Python.
    """
    try:
        texts = bench.mirror.read(bench.modules[output])
    except FileNotFoundError as error:
        raise _spoilt(step, f"removed {Path(str(error.filename)).name}") from error
    except OSError as error:
        raise _spoilt(step, f"left a file that cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _spoilt(step, f"left a file that is not UTF-8: {error.reason}") from error
    for name, text in texts.items() if step in bench.own else ():
        if text != before[name]:
            try:
                ast.parse(text, name)
            except (SyntaxError, ValueError) as error:
                raise _spoilt(step, f"left {name}, which is not valid Python: {error}") from error
    return texts


def _spoilt(step: str, what: str) -> BrokenToolError:
    help_text = "Correct the command, which may only change what is in files, or leave the step out of `steps`."
    return BrokenToolError(Diagnostic("WSG501", f"{step} {what}", help=help_text, step=step), "")
