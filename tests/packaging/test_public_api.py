"""The public API of both packages is the one of the snapshots: `make update-api` rewrites them, for review."""

import os

import pytest
from tests.packaging.public_api import PUBLIC, SNAPSHOTS, describe


@pytest.mark.parametrize("package", PUBLIC)
def test_the_public_api_is_that_of_the_snapshot(package: str) -> None:
    file = SNAPSHOTS / f"{package}.txt"
    found = describe(package)
    if os.environ.get("UPDATE_API"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, "utf-8")
    assert found.splitlines() == file.read_text("utf-8").splitlines(), "run `make update-api`"
