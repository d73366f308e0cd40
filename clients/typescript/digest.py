"""The digest of what the runtime of TypeScript clients is built from, by which a stale build is noticed.

`python clients/typescript/digest.py` records it beside the built files; the build hook of `wsgen` compares it.
"""

import hashlib
from pathlib import Path

CLIENT = Path(__file__).parent
RECORD = CLIENT.parents[1] / "src/wsgen/outputs/clients/typescript/runtime/sources.sha256"
_SOURCES = ("build.mjs", "package.json", "package-lock.json", "tsconfig.json", "src/*.ts")


def digest() -> str:
    """Return the digest of the names and bytes of all sources of the runtime."""
    found = hashlib.sha256()
    for file in sorted(file for pattern in _SOURCES for file in CLIENT.glob(pattern)):
        content = file.read_bytes().replace(b"\r\n", b"\n")  # as git may have checked it out
        found.update(f"{file.relative_to(CLIENT).as_posix()}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def is_built() -> bool:
    """Return whether the built files are those of the sources."""
    return RECORD.is_file() and RECORD.read_text("utf-8").strip() == digest()


if __name__ == "__main__":
    RECORD.write_text(f"{digest()}\n", "utf-8")
