"""A module gets the same files alone as with all others, in any order and with any hash seed.

`make subsets` tries generated projects; a single one would always be the simplest, which has no settings.
"""

import pytest

from .subsets import Sample, compare

pytestmark = pytest.mark.slow

STEPS = ("black", "ruff-format", "ruff-fix", "isort")
ISSUE = Sample(
    {
        "packages/one": (frozenset({"black", "ruff", "isort"}), 60),
        "packages/two": (frozenset({"black", "ruff"}), 100),
        "packages/one/bars": (frozenset({"repository"}), 60),
    },
    backend=True,
    subsets=[["packages/two/quotes"], ["packages/two/trades", "packages/one/orders"]],
)


def test_subsets_of_the_modules_get_the_same_files() -> None:
    compare(ISSUE, STEPS)
