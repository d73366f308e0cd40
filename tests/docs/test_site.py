"""The pages of the site: they are short, in the navigation, and at the addresses that other texts name."""

import re
import subprocess

import pytest
import yaml

from .pages import PAGES, ROOT, blocks

ADDRESS = "https://wsgen.github.io/wsgen/"
WORDS = 900
# Tables that `make bench` and `make bench-runtime` write.
GENERATED = ("docs/reference/benchmarks-generator.md", "docs/reference/benchmarks-runtime.md")


def navigation() -> list[str]:
    """Return the pages in mkdocs.yml."""
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    return re.findall(r"^ +- .+: (\S+\.md)$", text, re.MULTILINE)


def addresses() -> list[tuple[str, str]]:
    """Return each file that names a page by its address, and the address."""
    listed = ["git", "grep", "-oE", "--untracked", f"{ADDRESS}[a-z0-9/#.-]*", "--", ":!tests"]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line.split(":", 1) for line in found.stdout.splitlines()]
    return sorted({(file, address.rstrip(".")) for file, address in lines})


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/")])
def test_a_page_has_at_most_900_words(page: str) -> None:
    words = len((ROOT / page).read_text("utf-8").split())
    assert words <= WORDS or page in GENERATED


def test_the_navigation_has_every_page() -> None:
    made = {"reference/commands.md", "reference/diagnostics.md", "reference/frames.md"}
    made |= {"reference/typescript-api.md"}
    made |= {"changelog.md", "contributing.md", "report-a-problem.md"}
    written = {page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")}
    assert sorted(navigation()) == sorted(written | made)


def test_addresses_of_the_docs_are_those_of_pages_schemas_and_pictures() -> None:
    pages = {page.removesuffix("index.md").removesuffix(".md") for page in navigation()}
    files = {f"schemas/1/{file.name}" for file in (ROOT / "schemas").iterdir()}
    files |= {f"images/{file.name}" for file in (ROOT / "docs" / "images").iterdir()}
    named = addresses()
    assert any(file == "README.md" for file, _ in named)
    for file, address in named:
        path = address.removeprefix(ADDRESS).partition("#")[0]
        assert path in files or (path.rstrip("/") in pages and path.endswith(("/", ""))), (
            f"{file}: {address}"
        )


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_of_the_files_in_the_root_lead_to_files(file: str) -> None:
    for link in re.findall(r"\]\(([\w/.-]+\.\w+)[)#]", (ROOT / file).read_text("utf-8")):
        assert (ROOT / link).is_file(), link


def test_the_readme_has_no_relative_links_which_do_not_work_on_pypi() -> None:
    links = re.findall(r"\]\((.*?)\)", (ROOT / "README.md").read_text("utf-8"))
    assert links
    assert [link for link in links if not link.startswith("https://")] == []


def test_the_readme_shows_a_part_of_a_rendered_router() -> None:
    (shown,) = (block.text for block in blocks("README.md") if block.language == "py")
    rendered = (ROOT / "specs/datafeed/ws_generated/barwsrouter.py").read_text("utf-8")
    first, _, rest = shown.partition("\n")
    assert f"\n{first}\n" in rendered
    assert rendered.endswith(rest)


def test_the_site_is_strict_about_links_and_anchors() -> None:
    text = re.sub(r"!!\S+", "", (ROOT / "mkdocs.yml").read_text("utf-8"))
    config = yaml.safe_load(text)
    assert config["strict"] is True
    assert config["site_url"] == ADDRESS
    assert set(config["validation"].values()) == {"warn"}
    assert {"omitted_files", "absolute_links", "unrecognized_links", "anchors"} <= config[
        "validation"
    ].keys()
    assert config["theme"]["font"] is False
