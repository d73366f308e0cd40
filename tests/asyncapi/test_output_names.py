"""`wsgen asyncapi export -o` with placeholders: the files of documents, and those of modules that are gone."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.asyncapi.test_command import MODELS, SOURCE
from tests.conftest import Project

from wsgen.asyncapi.export.output_files import NamePattern, Subject

pytestmark = pytest.mark.usefixtures("warm_exports")

NAMES = ("asyncapi", "export", "-o", "docs/{module}_{version}.json")


@pytest.fixture
def versioned(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the module `plain`, and `feed` in two versions."""
    monkeypatch.chdir(project.root)
    project.write("src/export_models.py", MODELS)
    (project.root / "specs/datafeed/ws.yaml").unlink()
    for place in ("plain", "feed/ws/v1", "feed/ws/v2"):
        project.write(f"specs/{place}/ws.yaml", SOURCE)
    return project


def files(project: Project) -> list[str]:
    return sorted(file.name for file in (project.root / "docs").iterdir())


def test_files_are_named_after_modules_and_versions(versioned: Project) -> None:
    assert versioned.wsgen(*NAMES).code == 0
    assert files(versioned) == ["feed_v1.json", "feed_v2.json", "plain_1.0.0.json"]
    assert json.loads(versioned.read("docs/feed_v2.json"))["channels"].keys() == {"feedV2"}
    assert versioned.wsgen(*NAMES, "--check").code == 0
    versioned.write("docs/feed_v1.json", "{}")
    outcome = versioned.wsgen(*NAMES, "--check")
    assert (outcome.code, "docs/feed_v1.json is not current" in outcome.stderr) == (1, True)


def test_the_document_of_a_removed_module_is_found_and_removed(versioned: Project) -> None:
    assert versioned.wsgen(*NAMES).code == 0
    ours = versioned.read("docs/feed_v1.json")
    for name in ("notes_1.json", "else_v1.json", "feed_v1.yaml"):
        versioned.write(f"docs/{name}", ours)
    versioned.write(
        "docs/other_v1.json", ours.replace('"title": "feed"', '"title": "Another feed"')
    )
    (versioned.root / "specs/feed/ws/v1/ws.yaml").unlink()
    (versioned.root / "specs/plain/ws.yaml").unlink()
    outcome = versioned.wsgen(*NAMES, "--check")
    assert outcome.code == 1
    for name in ("feed_v1", "plain_1.0.0"):
        assert f"docs/{name}.json belongs to a module that no longer exists" in outcome.stderr
    assert versioned.wsgen(*NAMES).code == 0
    left = ["else_v1.json", "feed_v1.yaml", "feed_v2.json", "notes_1.json", "other_v1.json"]
    assert files(versioned) == left
    assert versioned.wsgen(*NAMES, "--check").code == 0


def test_documents_of_older_versions_of_the_api_are_kept(versioned: Project) -> None:
    settings = '[tool.wsgen.asyncapi]\nversion = "{}"\n'
    before = versioned.read("pyproject.toml")
    for version in ("1.4.0", "1.5.0-rc.1+7"):
        versioned.write("pyproject.toml", before + settings.format(version))
        assert versioned.wsgen(*NAMES).code == 0
    kept = ["plain_1.4.0.json", "plain_1.5.0-rc.1+7.json"]
    assert [name for name in files(versioned) if name.startswith("plain")] == kept
    assert versioned.wsgen(*NAMES, "--check").code == 0


def test_one_document_may_have_the_version_in_its_name(versioned: Project) -> None:
    assert versioned.wsgen("asyncapi", "export", "-o", "docs/{version}/api.yaml").code == 0
    assert "feedV2:" in versioned.read("docs/1.0.0/api.yaml")


def test_two_modules_in_one_file_are_an_error(versioned: Project) -> None:
    outcome = versioned.wsgen("asyncapi", "export", "-o", "docs/{module}.json")
    assert outcome.code == 1
    assert (
        "error[WSG663]: the documents of `feed-v1` and `feed-v2` have the same file, docs/feed.json"
        in outcome.stderr
    )
    assert "Put both {module} and {version} into --output" in outcome.stderr
    assert not (versioned.root / "docs").exists()


@pytest.mark.parametrize("version", ["../../x", "/etc", "..", ".", "a b", "c\\\\d", "x\\n"])
def test_no_version_leads_out_of_the_folder(versioned: Project, version: str) -> None:
    settings = f'[tool.wsgen.asyncapi]\nversion = "{version}"\n'
    versioned.write("pyproject.toml", versioned.read("pyproject.toml") + settings)
    before = sorted(versioned.root.parent.iterdir())
    outcome = versioned.wsgen(*NAMES)
    assert outcome.code == 2
    assert "cannot be part of the name of a file" in outcome.stderr
    assert sorted(versioned.root.parent.iterdir()) == before
    assert not (versioned.root / "docs").exists()


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("docs/{modul}.json", "unknown placeholder {modul}. Did you mean `{module}`?"),
        ("docs/{module.json", "has a brace without the other. Known are {module} and {version}."),
        ("docs/{module}}.json", "has a brace without the other."),
        ("docs/{}.json", "unknown placeholder {}. Known are {module} and {version}."),
        ("docs/{module.name}.json", "unknown placeholder {module.name}."),
        ("docs/{module}", "--output has placeholders: end it with .json, .yaml or .yml"),
    ],
)
def test_a_pattern_that_cannot_be_used(versioned: Project, output: str, said: str) -> None:
    outcome = versioned.wsgen("asyncapi", "export", "-o", output)
    assert (outcome.code, said in outcome.stderr) == (2, True)
    assert not Path("docs").exists()


@given(module=st.text(), version=st.text())
def test_no_name_of_a_module_leads_to_another_folder(module: str, version: str) -> None:
    try:
        file = NamePattern("docs/{module}_{version}.json").file_of(Subject("", module, version))
    except ValueError:
        return
    assert file.parent == Path("docs")
    assert file.name == f"{module}_{version}.json"
