"""The fuzzer itself: what its corpus shows, and that a fault in a reader is found and reported."""

from pathlib import Path

import pytest

from tests.fuzz import __main__ as program
from tests.fuzz.inputs import corpus
from tests.fuzz.readers import READERS


@pytest.mark.parametrize("name", READERS)
def test_the_corpus_of_each_reader_is_read(name: str) -> None:
    entries = corpus(name)
    assert entries
    for data in entries.values():
        READERS[name](data)


def test_a_reader_that_fails_is_found_and_makes_the_run_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(data: bytes) -> None:
        if b"\xff" in data:
            raise ZeroDivisionError

    monkeypatch.setattr(program, "FAILURES", tmp_path)
    monkeypatch.setattr(program, "READERS", {"redis": fails})
    monkeypatch.setattr(program, "_MOST_FAILURES", 1)
    assert program.main(["--seconds", "20", "--seed", "3"]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_the_same_seed_tries_the_same_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    def tried(seed: int) -> list[bytes]:
        found: list[bytes] = []

        def stops(data: bytes) -> None:
            found.append(data)
            if len(found) >= 30:
                raise RuntimeError

        run = program.fuzz("frame", stops, 60, seed)
        assert run.failures
        return found[:30]

    monkeypatch.setattr(program, "_MOST_FAILURES", 1)
    assert tried(1) == tried(1)
    assert tried(1) != tried(2)
