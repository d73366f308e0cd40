"""Six workers on a fresh clone, round after round: `python -m tests.example.prove --rounds 20`.

Each round starts `uvicorn --workers 6` on a clone in which nothing is generated. One process must generate,
once for each module; all six must answer. All rounds but the first find what mypy knows of the libraries.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.conftest import ModelsCache

from .clones import clone_into, evidence, serving

WORKERS = 6


def six_workers(folder: Path, *, mypy: ModelsCache | None) -> None:
    """Start six workers on a fresh clone in `folder`, and assert what they did.

    With `mypy`, its cache, all quality steps run, else none.
    """
    quality = mypy is not None
    root = clone_into(folder / "clone", quality=quality)
    if mypy is not None:
        mypy.lend(root)
    patience = ("--timeout-worker-healthcheck", "240")
    with serving(root, folder, "--workers", str(WORKERS), *patience) as server:
        server.wait_for("Application startup complete", WORKERS)
        assert len(server.pids(WORKERS)) == WORKERS
        printed = server.printed()
    for module in ("broker", "datafeed", "trading"):
        assert printed.count(f"for module '{module}'") == 1, printed
    assert printed.count("Started server process") == WORKERS, printed
    done = evidence(folder)
    assert sorted(line for line in done if line != "quality") == [
        "commit broker",
        "commit datafeed",
        "commit trading",
    ]
    assert done.count("quality") == (3 if quality else 0), done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        prove(rounds, ModelsCache(Path(folder) / "mypy"))


def prove(rounds: int, mypy: ModelsCache) -> None:
    for number in range(1, rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            six_workers(Path(folder), mypy=mypy)
            mypy.take_back()
        said = f"round {number} of {rounds}: one generation, {WORKERS} healthy processes\n"
        sys.stdout.write(said)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
