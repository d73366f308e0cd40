"""Count how often a run opens manifests to read them.

`python -m benchmarks.generator.manifest_reads ARGUMENT...` runs wsgen with the arguments. An audit hook of the
process sees each open, and the number of reads is printed.
"""

import os
import subprocess
import sys
from pathlib import Path

MANIFEST = ".wsgen.json"


def count_reads(root: Path, *arguments: str) -> int:
    """Run wsgen with `arguments` in the project at `root` and return how many manifests it reads."""
    command = [sys.executable, "-m", __name__, *arguments]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=True, timeout=3600
    )
    return int(ended.stderr.splitlines()[-1])


def main() -> None:
    """Run the command line and print to stderr how many manifests were read."""
    reads = 0

    def seen(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal reads
        if event != "open" or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        # A call of `open` is seen twice if it has an opener: the `os.open` of that has no mode.
        mode, flags = arguments[1:3]
        reading = mode and isinstance(flags, int) and flags & os.O_ACCMODE == os.O_RDONLY
        reads += bool(reading) and Path(os.fsdecode(arguments[0])).name == MANIFEST

    sys.addaudithook(seen)
    from wsgen.__main__ import main as wsgen

    try:
        wsgen()
    finally:
        print(reads, file=sys.stderr)


if __name__ == "__main__":
    main()
