"""Draws lines over a logarithmic axis as an SVG that is readable on light and on dark pages."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 900, 420
_TOP, _BOTTOM, _LEFT, _BETWEEN = 72, 50, 56, 206
_PLOT_WIDTH = WIDTH / 2 - _BETWEEN - 4
_PLOT_HEIGHT = HEIGHT - _TOP - _BOTTOM
_APART = 17  # the least distance of two labels
_STYLE = """
    svg { font: 15px system-ui, sans-serif; }
    .page { fill: #ffffff; } text { fill: #24292f; } .axis { fill: #57606a; } .grid { stroke: #d8dee4; }
    .title { font-size: 18px; font-weight: 600; } .panel { font-weight: 600; }
    path { fill: none; stroke-width: 2; }
    .ours { stroke: #0550ae; stroke-width: 4; } text.ours { fill: #0550ae; stroke: none; font-weight: 600; }
    .ours-too { stroke: #218bff; } text.ours-too { fill: #0969da; stroke: none; }
    .bare { stroke: #57606a; stroke-dasharray: 5 4; } text.bare { fill: #57606a; stroke: none; }
    .other { stroke: #bc4c00; } text.other { fill: #bc4c00; stroke: none; }
    .native { stroke: #1a7f37; stroke-dasharray: 2 4; } text.native { fill: #1a7f37; stroke: none; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #161b22; } text { fill: #e6edf3; } .axis { fill: #9da7b3; } .grid { stroke: #30363d; }
      .ours { stroke: #79c0ff; } text.ours { fill: #79c0ff; }
      .ours-too { stroke: #388bfd; } text.ours-too { fill: #58a6ff; }
      .bare { stroke: #9da7b3; } text.bare { fill: #9da7b3; }
      .other { stroke: #f0883e; } text.other { fill: #f0883e; }
      .native { stroke: #56d364; } text.native { fill: #56d364; }
    }
"""


class Line(NamedTuple):
    """A line: its label, its class in the style, and its points."""

    label: str
    style: str
    points: Sequence[tuple[float, float]]


class Panel(NamedTuple):
    """A plot with a title. All panels of a picture have the same axes."""

    title: str
    lines: Sequence[Line]


def draw(title: str, axis: str, panels: Sequence[Panel]) -> str:
    """Return an SVG of two `panels` side by side; lines without points are left out."""
    points = [point for panel in panels for line in panel.lines for point in line.points]
    sizes, top = sorted({x for x, _ in points}), max(y for _, y in points)
    step = _step(top)
    scale = _Scale(sizes[0], sizes[-1], math.ceil(top / step) * step)
    elements = [f'<text class="title" x="16" y="28">{title}</text>']
    for number, panel in enumerate(panels):
        body = [*_axes(scale, sizes, step, axis), *_lines(scale, panel)]
        body.append(f'<text class="panel" x="0" y="-12">{panel.title}</text>')
        left = _LEFT + number * WIDTH / 2
        elements.append(f'<g transform="translate({left:.0f} {_TOP})">{"".join(body)}</g>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<title>{title}</title><style>{_STYLE}</style>"
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        + "\n".join(elements)
        + "</svg>\n"
    )


class _Scale(NamedTuple):
    """Turns values into places in a plot."""

    first: float
    last: float
    top: float

    def x(self, value: float) -> float:
        part = math.log(value / self.first) / math.log(self.last / self.first)
        return part * _PLOT_WIDTH

    def y(self, value: float) -> float:
        return _PLOT_HEIGHT * (1 - value / self.top)


def _step(top: float) -> float:
    """Return a round distance of at most six lines of a grid."""
    power = 10.0 ** math.floor(math.log10(top))
    return next(power * factor for factor in (0.2, 0.5, 1.0, 2.0) if top / (power * factor) <= 6)


def _axes(scale: _Scale, sizes: Sequence[float], step: float, axis: str) -> Iterator[str]:
    value = 0.0
    while value <= scale.top:
        y = scale.y(value)
        yield f'<line class="grid" x1="0" y1="{y:.1f}" x2="{_PLOT_WIDTH:.1f}" y2="{y:.1f}"/>'
        label = f"{value / 1e3:,.0f}k" if value else "0"
        yield f'<text class="axis" x="-8" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
        value += step
    for size in sizes:
        if math.log10(size).is_integer():
            end = f'y="{_PLOT_HEIGHT + 20}" text-anchor="middle"'
            yield f'<text class="axis" x="{scale.x(size):.1f}" {end}>{size:,.0f}</text>'
    middle = f'x="{_PLOT_WIDTH / 2:.1f}" y="{_PLOT_HEIGHT + 42}" text-anchor="middle"'
    yield f'<text class="axis" {middle}>{axis}</text>'


def _lines(scale: _Scale, panel: Panel) -> Iterator[str]:
    lines = [line for line in panel.lines if line.points]
    for line in reversed(lines):  # the first one on top of the others
        places = " L".join(f"{scale.x(x):.1f} {scale.y(y):.1f}" for x, y in line.points)
        yield f'<path class="{line.style}" d="M{places}"/>'
    # Each label stands at the end of its line, and no two on one another.
    place = -math.inf
    for line in sorted(lines, key=lambda line: -line.points[-1][1]):
        place = max(place + _APART, scale.y(line.points[-1][1]) + 4)
        yield f'<text class="{line.style}" x="{_PLOT_WIDTH + 8:.1f}" y="{place:.1f}">{line.label}</text>'
