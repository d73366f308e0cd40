"""The runtime of TypeScript clients follows the corpus, in Node and in browsers, and is small."""

import json
import runpy
import subprocess
from pathlib import Path

import pytest

from tests.corpus.scripts import ROOT, scripts
from tests.page.browsers import BROWSERS, OPEN
from tests.parts import NODE, require

CLIENT = ROOT / "clients" / "typescript"


@pytest.fixture(scope="module")
def built_client() -> None:
    """Need the runtime, built from these sources."""
    require(NODE)
    if not runpy.run_path(str(CLIENT / "digest.py"))["is_built"]():
        pytest.fail("the runtime of clients is not built from these sources: run `make client`")


def node(script: str, *arguments: str) -> str:
    """Return what a script of the client prints; fails with it unless the script ends well."""
    command = [require(NODE), str(CLIENT / "test" / script), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.usefixtures("built_client")
def test_the_corpus_passes_in_node() -> None:
    assert f"{len(scripts())} scripts, 0 failed, 0 skipped" in node("corpus.mjs")


@pytest.mark.usefixtures("built_client")
def test_a_client_has_surroundings_of_its_own() -> None:
    node("client.test.mjs")


@pytest.mark.usefixtures("built_client")
def test_the_runtime_is_small() -> None:
    assert "everything" in node("size.mjs")


@pytest.mark.slow
@pytest.mark.parametrize("browser", BROWSERS)
@pytest.mark.usefixtures("built_client")
def test_the_corpus_passes_in_a_browser(browser: str, tmp_path: Path) -> None:
    with OPEN[browser](tmp_path) as page:
        page.evaluate(node("bundle.mjs"))
        wrong = page.evaluate(f"runCorpus({json.dumps(scripts())})")
    assert wrong == []
    assert page.complaints == []


@pytest.mark.slow
@pytest.mark.usefixtures("built_client")
def test_nothing_is_lost_unseen_in_rounds_of_chance() -> None:
    assert "200 rounds, 0 failed" in node("storm.mjs", "200")


@pytest.mark.slow
@pytest.mark.usefixtures("built_client")
def test_the_corpus_notices_each_mutant() -> None:
    assert "26 of 26 mutants were killed" in node("mutants.mjs")
