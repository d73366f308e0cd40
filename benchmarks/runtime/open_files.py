"""The limit of open files, since each client is one here and one there."""

import resource


def allow_many_files() -> None:
    """Let this process, and the programs that inherit it, open as many files as the system allows.

    10,000 clients need a little more than 10,000 in each of the two processes: `ulimit -Hn` shows the limit.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
