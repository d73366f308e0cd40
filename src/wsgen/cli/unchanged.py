"""The run that finds everything current: answered before the command line is even parsed.

It is what happens nearly always, at every save and every start, and click would be half of its time.
"""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter


def say_if_current(arguments: Sequence[str]) -> bool:
    """Print the result of `render` or `check` if every module is current; return whether that was so.

    Only calls without options are answered. Whatever is not plainly current, mistakes included, is left to
    the command itself, which says what is the matter.
    """
    if not arguments or arguments[0] not in ("render", "check"):
        return False
    if any(argument.startswith("-") for argument in arguments):
        return False
    started = perf_counter()
    from wsgen.cli.chosen_project import project_of
    from wsgen.cli.console import show_modules, show_summary
    from wsgen.discovery.surroundings import ignored_by_git
    from wsgen.errors import WsgenError
    from wsgen.pipeline.run import find_modules, run_unchanged

    paths = [Path(argument) for argument in arguments[1:]]
    try:
        config = project_of(paths)
        sources = find_modules(paths, (), config)
        result = run_unchanged(sources, config)
        if arguments[0] == "check" and result is not None and ignored_by_git(sources, config):
            return False
    except WsgenError:
        return False
    if result is None or not result.modules:
        return False
    show_modules(result, verbose=False)
    show_summary(result, perf_counter() - started)
    return True
