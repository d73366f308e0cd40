"""A module gets the same files alone as with all others, in any order and with any hash seed."""

from hypothesis import example, given, settings

from .subsets import Sample, compare, samples

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


@settings(max_examples=1)
@given(samples())
@example(ISSUE)
def test_any_subset_of_the_modules_gets_the_same_files(sample: Sample) -> None:
    compare(sample, STEPS)
