"""Two texts are the same code if formatters and sorters of imports could have made one from the other."""

import pytest

from wsgen.syntax.same_code import is_same_code

TEXT = '''\
"""A module."""

import os
from a import b, c


class D(b):
    """A class."""

    def e(self, f: str = "g") -> str:
        return os.path.join(f, c)
'''


@pytest.mark.parametrize(
    "other",
    [
        TEXT,
        TEXT.replace('"g"', "'g'").replace("\n\n\n", "\n"),
        TEXT.replace("A class.", "Another one."),
        TEXT.replace(
            "import os\nfrom a import b, c", "from a import (\n    c,\n    b\n)\nimport os"
        ),
        TEXT.replace("from a import b, c", "from a import b\nfrom a import c"),
        TEXT.replace("return", "return (").replace("c)", "c))  # a comment"),
    ],
)
def test_layout_comments_docstrings_and_the_order_of_imports_do_not_matter(other: str) -> None:
    assert is_same_code(TEXT, other)


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace('"g"', '"h"'),
        TEXT.replace("from a import b, c", "from a import b\nfrom x import c"),
        TEXT.replace("import os", "import os.path as os"),
        TEXT.replace("b, c", "b, c as d"),
        f"{TEXT}print()\n",
        "class",
        "\0",
    ],
)
def test_all_else_matters(other: str) -> None:
    assert not is_same_code(TEXT, other)
