"""The digest of what the page is built from, by which a stale build is noticed.

`python page/digest.py` records it beside the built files; the build hook of the package compares it.
"""

import hashlib
from pathlib import Path

PAGE = Path(__file__).parent
RECORD = PAGE.parent / "src/wsgen_runtime/static/sources.sha256"
_SOURCES = ("build.mjs", "package.json", "package-lock.json", "tsconfig.json", "src/**/*")


def digest() -> str:
    """Return the digest of the names and bytes of all sources of the page."""
    files = {file for pattern in _SOURCES for file in PAGE.glob(pattern) if file.is_file()}
    found = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.relative_to(PAGE).as_posix()):
        content = file.read_bytes().replace(b"\r\n", b"\n")  # as git may have checked it out
        found.update(f"{file.relative_to(PAGE).as_posix()}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def is_built() -> bool:
    """Return whether the built files are those of the sources."""
    return RECORD.is_file() and RECORD.read_text("utf-8").strip() == digest()


if __name__ == "__main__":
    RECORD.write_text(f"{digest()}\n", "utf-8")
