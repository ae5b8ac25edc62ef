"""Growth curves of a room: seconds and memory against the number of exchanges, all logarithmic, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT, TOP, BOTTOM = 430, 330, 44, 48
LEFT, RIGHT = 64, 100
COLOURS = {"export": "#2d5f8b", "verifier": "#9c1f1f"}


@dataclass(frozen=True, slots=True)
class Point:
    """One size: what took how many processor seconds, and held how many MiB."""

    exchanges: int
    seconds: dict[str, float]
    mebibytes: dict[str, float]


def draw_growth(points: Sequence[Point]) -> str:
    """An SVG document of two plots."""
    sizes = [each.exchanges for each in points]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{2 * WIDTH}" height="{HEIGHT}" fill="#fffefb"/>',
        "<title>Time and memory of the export and of the verifier by number of exchanges</title>",
    ]
    parts += _plot(0, "processor seconds", sizes, [each.seconds for each in points])
    parts += _plot(WIDTH, "memory of all processes, MiB", sizes, [each.mebibytes for each in points])
    return "\n".join([*parts, "</svg>"]) + "\n"


def _plot(left: int, title: str, sizes: Sequence[int], values: Sequence[dict[str, float]]) -> list[str]:
    every = [number for each in values for number in each.values()]
    low, high = floor(log10(max(min(every), 0.1))), ceil(log10(max(every)))
    parts = [f'<text x="{left + LEFT}" y="24" fill="#22201c" font-weight="bold">{title}</text>']
    for power in range(low, max(high, low + 1) + 1):
        y = _y(10.0**power, low, high)
        parts.append(f'<line x1="{left + LEFT}" x2="{left + WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#ddd6c7"/>')
        parts.append(f'<text x="{left + LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#625c51">{10.0**power:,g}</text>')
    for size in sizes:
        x = left + _x(size, sizes)
        parts.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#625c51">{size:,}</text>')
    middle = left + (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle" fill="#625c51">exchanges</text>')
    for name in values[-1]:
        places = [(left + _x(size, sizes), _y(each[name], low, high)) for size, each in zip(sizes, values, strict=True)]
        line = " ".join(f"{x},{y}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[name]}" stroke-width="2.2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{COLOURS[name]}"/>' for x, y in places]
        x, y = places[-1]
        parts.append(f'<text x="{x + 9}" y="{y + 4}" fill="{COLOURS[name]}">{name} {values[-1][name]:,.0f}</text>')
    return parts


def _x(size: int, sizes: Sequence[int]) -> float:
    low, high = log10(sizes[0]), log10(sizes[-1])
    share = (log10(size) - low) / (high - low) if high > low else 0.5
    return round(LEFT + 14 + share * (WIDTH - RIGHT - LEFT - 28), 1)


def _y(value: float, low: int, high: int) -> float:
    share = (log10(max(value, 10.0**low)) - low) / max(high - low, 1)
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)
