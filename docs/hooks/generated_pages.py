"""Add the pages that are made from other things than a page, as a hook of mkdocs.

The commands come from click, the diagnostics from the code table, the frames from the AsyncAPI document of a
route, the declarations of TypeScript clients from their runtime, and three pages from files in the root of the
repository, which GitHub shows there too.
"""

import re
from pathlib import Path

from commands import commands_page
from diagnostics import diagnostics_page
from frames import frames_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from typescript import typescript_page

_ROOT = Path(__file__).parents[2]
_FROM_ROOT = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "report-a-problem.md",
}
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to the files of the site."""
    pages = {
        "reference/commands.md": commands_page(),
        "reference/diagnostics.md": diagnostics_page(),
        "reference/frames.md": frames_page(),
        "reference/typescript-api.md": typescript_page(),
        **{page: _of_root(name) for name, page in _FROM_ROOT.items()},
    }
    for name, content in pages.items():
        files.append(File.generated(config, name, content=content))
    return files


def _of_root(name: str) -> str:
    """Return a file of the root with the links that it needs as a page."""
    return _LINK.sub(_as_page, (_ROOT / name).read_text("utf-8"))


def _as_page(link: re.Match[str]) -> str:
    target = _FROM_ROOT.get(link[1], link[1].removeprefix("docs/"))
    return f"]({target}{link[2] or ''})"
