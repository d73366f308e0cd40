import base64
import hashlib
import json
import re
from pathlib import Path
from types import MappingProxyType

import pytest
from tests.page.sample import sample_document

from wsgen_runtime.documents import page
from wsgen_runtime.documents.page import (
    PageAssetsMissingError,
    content_security_policy,
    render_page,
)

pytestmark = pytest.mark.usefixtures("built_page")

HOSTILE = "</script><script>alert(1)</script><!-- <script> \u2028\u2029 &amp; \U0001f600"


def inlined(html: str, name: str = "wsgen-document") -> object:
    found = re.search(
        f'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL
    )
    assert found is not None
    return json.loads(found[1])


def test_the_document_survives_whatever_it_says() -> None:
    document = sample_document()
    document["info"]["description"] = HOSTILE
    html = render_page(document)
    assert inlined(html) == document
    text = html.split('id="wsgen-document">')[1].split("</script>")[0]
    assert not set("<>&\u2028\u2029") & set(text)
    assert html.count("</script>") == 3


def test_the_title_is_text() -> None:
    html = render_page(sample_document(), title='<b>"x"')
    assert "<title>&lt;b&gt;&quot;x&quot;</title>" in html


def test_the_title_is_the_documents() -> None:
    assert "<title>datafeed</title>" in render_page(sample_document())


@pytest.mark.parametrize("document", [{}, {"info": None}, {"info": {"title": 3}}])
def test_a_document_without_title_has_a_page(document: dict[str, object]) -> None:
    assert "<title>AsyncAPI</title>" in render_page(document)


def test_the_console_is_told_where_to_connect() -> None:
    html = render_page(sample_document(), url="wss://example.org/ws")
    assert inlined(html, "wsgen-options") == {"url": "wss://example.org/ws"}


def test_mappings_are_objects() -> None:
    html = render_page(MappingProxyType({"info": MappingProxyType({"title": "frozen"})}))
    assert inlined(html) == {"info": {"title": "frozen"}}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_what_is_not_json_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        render_page({"info": value})


def test_the_same_document_makes_the_same_page() -> None:
    assert render_page(sample_document()) == render_page(sample_document())


def test_nothing_is_loaded_from_elsewhere() -> None:
    html = render_page(sample_document())
    tags = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", html, flags=re.DOTALL)
    assert re.findall(r'(?:src|href)="(?!data:)', tags) == []
    assert "@import" not in html
    assert re.findall(r"url\((?!data:|#)", html.split("<style>")[1].split("</style>")[0]) == []


def test_the_policy_allows_the_pages_own_script_and_no_other() -> None:
    html = render_page(sample_document())
    policy = content_security_policy(html)
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert [len(scripts), len(styles)] == [1, 1]
    assert f"script-src {sha256(scripts[0])};" in policy
    assert f"style-src {sha256(styles[0])};" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "connect-src ws: wss:;" in policy


def test_a_page_from_disk_has_the_same_policy() -> None:
    html = render_page(sample_document())
    meta = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert meta is not None
    assert content_security_policy(html) == f"{meta[1]}; frame-ancestors 'self'"


def test_the_policy_of_a_page_without_scripts_allows_none() -> None:
    assert "script-src 'none'; style-src 'none'" in content_security_policy("<p>plain")


def test_a_page_that_was_not_built_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_STATIC", tmp_path)
    page._read_assets.cache_clear()
    with pytest.raises(PageAssetsMissingError, match="`make page` builds it"):
        render_page(sample_document())


def sha256(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
