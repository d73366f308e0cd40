"""What a package relies on apart from its own files: a change there asks for the steps anew."""

from pathlib import Path

import pytest
from tests.conftest import Project

from wsgen.imported import imported_files


@pytest.fixture
def passing(project: Project) -> Project:
    """The project with models that a package passes on from elsewhere, rendered and passed."""
    project.write(
        "src/app/models.py", "from app.made.bars import *\nfrom app.made import Quote, BarRequest\n"
    )
    project.write(
        "src/app/made/__init__.py", "from .quotes import Price as Quote\nfrom .bars import *\n"
    )
    project.write("src/app/made/bars.py", "class Bar: ...\nclass BarRequest: ...\n")
    project.write("src/app/made/quotes.py", "class Price: ...\n")
    project.write("src/app/made/other.py", "class Other: ...\n")
    project.write("pyproject.toml", project.read("pyproject.toml").replace("[]", '["ruff-format"]'))
    assert project.wsgen("render").code == 0
    assert "quality unknown" not in project.wsgen("list").stdout
    return project


@pytest.mark.parametrize("name", ["models", "made/__init__", "made/bars", "made/quotes"])
def test_a_change_anywhere_on_the_way_to_a_model_is_noticed(passing: Project, name: str) -> None:
    passing.write(f"src/app/{name}.py", passing.read(f"src/app/{name}.py") + "# changed\n")
    assert "current, quality unknown here" in passing.wsgen("list").stdout


@pytest.mark.parametrize("name", ["made/other.py", "new.py"])
def test_a_change_beside_the_way_is_none(passing: Project, name: str) -> None:
    passing.write(f"src/app/{name}", "# changed\n")
    assert "quality unknown" not in passing.wsgen("list").stdout


def test_the_way_is_followed_through_relative_imports_and_circles(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/a.py": "from .b import X\nfrom .c import unrelated",
        "app/b.py": "if True:\n    from app.a import X",
        "app/c.py": "",
        "app/feed/__init__.py": "",
        "app/broken.py": "def (",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    texts = [
        "from ...a import X\nfrom ...broken import Y\nimport app.c, os\nfrom .one import One\n"
    ]
    output = tmp_path / "app/feed/ws_generated"
    output.mkdir()
    (output / "one.py").write_text("")
    found = imported_files(texts, output, [tmp_path])
    assert sorted(str(file.relative_to(tmp_path)) for file in found) == [
        "app/a.py",
        "app/b.py",
        "app/broken.py",
        "app/c.py",
    ]
