"""The picture of a terminal: it shows what the commands print, and loads nothing."""

import re

from page.recording import PICTURE, record, shown_in


def test_the_picture_shows_what_the_commands_print() -> None:
    assert shown_in(PICTURE.read_text("utf-8")) == shown_in(record()), "run `make recording`"


def test_the_picture_loads_nothing() -> None:
    picture = PICTURE.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|@import|@font-face|href|<script", picture)
    assert set(re.findall(r"url\((.)", picture)) == {"#"}
