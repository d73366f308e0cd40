"""The place of a setting is that of its key, however TOML writes it."""

from pathlib import Path

import pytest

from wsgen.settings.key_places import SettingPlaces


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("wsgen.toml", "[quality]\nsteps = []", (2, 1, 6)),
        ("wsgen.toml", "[quality]\n  'steps' = []", (2, 3, 10)),
        ("wsgen.toml", "quality.steps = []", (1, 9, 14)),
        ("wsgen.toml", 'paths = []\n  quality . "steps"= []', (2, 13, 20)),
        ("wsgen.toml", "paths = []\nquality = { steps = [] }", (2, 1, 8)),
        ("wsgen.toml", "paths = []\n[quality]", (2, 1, 1)),
        ("wsgen.toml", "paths = []\n[asyncapi]\nsteps = []", (1, 1, 1)),
        ("wsgen.toml", "paths = []\n[quality.commands.x]", (2, 1, 1)),
        ("wsgen.toml", "[quality.commands.x]\n[quality]", (2, 1, 1)),
        ("pyproject.toml", "[tool.wsgen]\npaths = []\n[tool.wsgen.quality.commands.x]", (3, 1, 1)),
        ("pyproject.toml", "[project]\n[tool.wsgen]\nquality.steps = []", (3, 9, 14)),
        ("pyproject.toml", "[tool]\nwsgen.quality.steps = []", (2, 15, 20)),
        ("pyproject.toml", "[project]\n[tool.wsgen]\npaths = []", (2, 1, 1)),
        ("pyproject.toml", "[project]\n[tool.other]\nsteps = []", (1, 1, 1)),
    ],
)
def test_places(tmp_path: Path, name: str, text: str, place: tuple[int, int, int]) -> None:
    file = tmp_path / name
    file.write_text(text)
    span = SettingPlaces(file).of(("quality", "steps"))
    assert (span.line, span.column, span.end_column) == place
