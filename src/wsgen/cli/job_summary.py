"""Add the result of a run to the summary of the job that runs it, where GitHub Actions shows one."""

import os
from pathlib import Path

from wsgen.files import regular
from wsgen.result import RunResult


def add_to_job_summary(result: RunResult, base: Path) -> None:
    """Append `result` to the file that GitHub's runner names in the environment, if it names one.

    Raises OSError if the file cannot be written.
    """
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    from wsgen.report.summary import format_summary

    with open(file, "a", encoding="utf-8", opener=regular) as stream:
        stream.write(format_summary(result, base))
