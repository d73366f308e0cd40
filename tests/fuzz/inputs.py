"""Inputs for readers: entries of the committed corpus, cut, repeated, mixed and nested, and bytes of any kind."""

from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

CORPUS = Path(__file__).parent / "corpus"
_LONGEST = 200_000

_SNIPPETS = [
    *(char.encode() for char in "\"'[]{}()|:,.&*!%@`#\\-?<>\t\r\n\0\ufeff\u2028\x85é📈=;~/$^"),
    b"\xff",
    b"\xed\xa0\x80",
    b"<<: *a\n",
    b"&a ",
    b"*a",
    b"!!python/name:os.system ",
    b"---\n",
    b'"$ref": "#/a"',
    b"$ref: '#/components/schemas/a'",
    b"null",
    b"true",
    b"-0.0",
    b"1e999",
    b".nan",
    b"0x",
    b"\\u0000",
    b"\\ud800",
    b"\x1b[31m",
    b"::error ::x\n",
    b"../../",
    b"9" * 5000,
    b"[" * 500,
    b"{a: " * 200,
    b"(" * 300,
    b"a" * 70_000,
    b"'''",
    b"lambda: ",
    b"type X = ",
]


def corpus(name: str) -> dict[str, bytes]:
    """Return the entries of one reader by file name."""
    return {file.name: file.read_bytes() for file in sorted((CORPUS / name).iterdir())}


@dataclass(frozen=True)
class _Edit:
    kind: str
    start: float
    length: int
    times: int
    new: bytes

    def applied(self, data: bytes) -> bytes:
        start = int(self.start * len(data))
        end = start + self.length
        part = data[start:end]
        match self.kind:
            case "insert":
                made = data[:start] + self.new + data[start:]
            case "replace":
                made = data[:start] + self.new + data[end:]
            case "delete":
                made = data[:start] + data[end:]
            case "repeat":
                made = data[:start] + part * self.times + data[start:]
            case "cut":
                made = data[:start]
            case _:
                made = data[end:] + part + data[:start]
        return made[:_LONGEST]


def inputs(entries: list[bytes]) -> st.SearchStrategy[bytes]:
    """Return inputs that are mostly like one of `entries`."""
    new = st.sampled_from([*_SNIPPETS, *entries]) | st.binary(max_size=8)
    edits = st.lists(
        st.builds(
            _Edit,
            st.sampled_from(["insert", "replace", "delete", "repeat", "cut", "turn"]),
            st.floats(0, 1),
            st.integers(1, 60),
            st.sampled_from([2, 3, 50, 1000]),
            new,
        ),
        max_size=5,
    )

    def edited(data: bytes, changes: list[_Edit]) -> bytes:
        for change in changes:
            data = change.applied(data)
        return data

    like = st.builds(edited, st.sampled_from(entries), edits)
    pieces = st.lists(new, max_size=20).map(lambda parts: b"".join(parts)[:_LONGEST])
    return (
        like
        | like
        | like
        | pieces
        | st.text(max_size=100).map(str.encode)
        | st.binary(max_size=100)
    )
