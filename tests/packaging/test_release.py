"""A tag is released only if the version, the required runtime and the change log agree with it."""

import re
import runpy
from pathlib import Path

import pytest
from tests.packaging.test_metadata import METADATA, project_of

from wsgen import __version__

ROOT = Path(__file__).parents[2]
release_notes = runpy.run_path(str(ROOT / "packaging" / "release.py"))["release_notes"]
LOG = f"# Changelog\n\n## Unreleased\n\n## {__version__} - 2026-01-02\n\n### Added\n\n- All.\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("src/wsgen/_version.py", "pyproject.toml"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text((ROOT / name).read_text("utf-8"), "utf-8")
    (tmp_path / "CHANGELOG.md").write_text(f"{LOG}\n## 0.0.1 - 2025-01-02\n\n- Little.\n", "utf-8")
    return tmp_path


def test_the_notes_are_the_section_of_the_version(root: Path) -> None:
    assert release_notes(f"v{__version__}", root) == "### Added\n\n- All.\n"


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        ("src/wsgen/_version.py", __version__, "9.9.9"),
        ("pyproject.toml", f"wsgen-runtime=={__version__}", "wsgen-runtime==9.9.9"),
        ("CHANGELOG.md", f"## {__version__} - 2026-01-02", "## Unreleased"),
    ],
)
def test_what_does_not_agree_is_named(root: Path, name: str, text: str, changed: str) -> None:
    file = root / name
    file.write_text(file.read_text("utf-8").replace(text, changed), "utf-8")
    with pytest.raises(ValueError, match=re.escape(name)):
        release_notes(f"v{__version__}", root)


def test_the_change_log_has_the_kinds_of_keep_a_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions[0] == "Unreleased"
    assert all(
        re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", version) for version in versions[1:]
    )


def test_both_distributions_have_the_same_addresses() -> None:
    urls, runtime = (project_of(package)["urls"] for package in METADATA)
    assert urls == runtime
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert f"site_url: {urls['Documentation']}\n" in settings
    assert f"repo_url: {urls['Homepage']}\n" in settings
