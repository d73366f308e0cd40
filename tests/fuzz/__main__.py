"""Try every reader on the committed corpus and on inputs made from it, for a given time.

    python -m tests.fuzz [--seconds 120] [--seed 1] [READER ...]

Prints a table of inputs tried and failures, and exits with 1 if there are any. The shortest input of each
failure is written to tests/fuzz/failures; once the fault is cured it belongs into the corpus.
"""

import argparse
import hashlib
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from tests.fuzz.inputs import corpus, inputs
from tests.fuzz.readers import READERS, Reader
from wsgen.asyncapi.validation.check_limits import Budget, TooSlowError

FAILURES = Path(__file__).parent / "failures"
_BATCH = 50
_SECONDS_EACH = 10.0
_MOST_FAILURES = 5


@dataclass
class Run:
    """What became of one reader: inputs tried, and the failures by where they happened."""

    name: str
    reader: Reader
    tried: int = 0
    failures: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    last: bytes = b""

    def attempt(self, data: bytes) -> None:
        """Try one input. Raises what the reader raises, and TooSlowError."""
        self.tried += 1
        self.last = data
        Budget(_SECONDS_EACH, _SECONDS_EACH).spend(lambda: self.reader(data))

    def record(self, error: BaseException) -> None:
        """Remember a failure with its input, unless one like it is known."""
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if "wsgen" in frame.filename
        ]
        place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        kind = "too slow" if isinstance(error, TooSlowError) else type(error).__name__
        key = kind if kind == "too slow" else f"{kind} {place}"
        self.failures.setdefault(key, (f"{error!r:.200}", self.last))


def fuzz(name: str, reader: Reader, seconds: float, seed: int) -> Run:
    """Try `reader` on its corpus, then for `seconds` on inputs that `seed` decides."""
    run = Run(name, reader)
    entries = corpus(name)
    for data in entries.values():
        try:
            run.attempt(data)
        except Exception as error:  # whatever it is, it is a failure to report
            run.record(error)
    end = time.monotonic() + seconds
    batch = 0
    while time.monotonic() < end and len(run.failures) < _MOST_FAILURES:
        batch += 1

        @seeded(seed * 1_000_003 + batch)
        @settings(
            max_examples=_BATCH,
            database=None,
            deadline=None,
            derandomize=False,
            phases=[Phase.generate, Phase.shrink],
            # Its own iterator, which leaves out what is deprecated, is one that pyright does not understand.
            suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]
            report_multiple_bugs=False,
        )
        @given(inputs(list(entries.values())))
        def attempts(data: bytes) -> None:
            run.attempt(data)

        try:
            attempts()
        except Exception as error:  # as above
            run.record(error)
    return run


def say(line: str) -> None:
    """Print one line of the report."""
    sys.stdout.write(f"{line}\n")


def report(runs: list[Run]) -> int:
    """Print the table, write the inputs of failures, and return the exit code."""
    say(f"{'reader':<10} {'inputs':>8} {'failures':>9}")
    for run in runs:
        say(f"{run.name:<10} {run.tried:>8} {len(run.failures):>9}")
    failed = [run for run in runs if run.failures]
    for run in failed:
        for key, (text, data) in run.failures.items():
            FAILURES.mkdir(exist_ok=True)
            file = FAILURES / f"{run.name}-{hashlib.sha256(data).hexdigest()[:12]}"
            file.write_bytes(data)
            say(f"\n{run.name}: {key}: {text}\n  input: {file} ({len(data)} bytes)")
    return 1 if failed else 0


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("readers", nargs="*", choices=[[], *READERS], help="all without any")
    parser.add_argument("--seconds", type=float, default=120.0, help="for all readers together")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    names = options.readers or list(READERS)
    share = options.seconds / len(names)
    return report([fuzz(name, READERS[name], share, options.seed) for name in names])


if __name__ == "__main__":
    sys.exit(main())
