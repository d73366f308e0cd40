"""The browsers that clients are tried in. BROWSERS in the environment names those of a run."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tests.page.browser import open_browser
from tests.page.firefox import open_firefox
from tests.page.tabs import Tab
from tests.page.webkit import open_webkit

OPEN: dict[str, Callable[[Path], AbstractContextManager[Tab]]] = {
    "chromium": open_browser,
    "firefox": open_firefox,
    "webkit": open_webkit,
}
BROWSERS = os.environ.get("BROWSERS", "chromium firefox").split()
