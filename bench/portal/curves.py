"""Growth curves of the portal's pages: p95 against the number of exchanges, both logarithmic, the slowest pages named."""

from __future__ import annotations

from html import escape
from math import log10

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860, 420, 64, 24, 250, 44
NAMED = 8
LOWEST, HIGHEST = 0.001, 1.0
COLOURS = ("#2d5f8b", "#9c1f1f", "#22583a", "#7a5200", "#5b3f8f", "#0f6f74", "#8a3a6d", "#4d4d4d")


def draw_curves(found: dict[int, dict[str, float]], limit: float = 0.2) -> str:
    """Size -> place -> seconds, as an SVG document."""
    sizes = sorted(found)
    last = found[sizes[-1]]
    slowest = sorted(last, key=lambda each: -last[each])[:NAMED]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fffefb"/>',
        "<title>Server time of each page (p95) by number of exchanges</title>",
    ]
    for value in (0.001, 0.01, 0.1, 1.0):
        y = _y(value)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#ddd6c7"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#625c51">{value * 1000:.0f} ms</text>')
    y = _y(limit)
    parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#9c1f1f" stroke-dasharray="6 4"/>')
    parts.append(f'<text x="{LEFT + 6}" y="{y - 6}" fill="#9c1f1f">limit {limit * 1000:.0f} ms</text>')
    for size in sizes:
        x = _x(size, sizes)
        parts.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#625c51">{size:,}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle" fill="#625c51">exchanges</text>')
    for place in sorted(last, key=lambda each: last[each]):
        points = " ".join(f"{_x(size, sizes)},{_y(found[size][place])}" for size in sizes if place in found[size])
        colour = COLOURS[slowest.index(place)] if place in slowest else "#b9af9a"
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{2.2 if place in slowest else 1}"/>'
        )
    for line, place in enumerate(slowest):
        y = TOP + 14 + line * 20
        parts.append(f'<rect x="{WIDTH - RIGHT + 16}" y="{y - 9}" width="14" height="4" fill="{COLOURS[line]}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 38}" y="{y}" fill="#22201c">{escape(place)} {last[place] * 1000:.0f} ms</text>')
    parts.append(f'<text x="{WIDTH - RIGHT + 16}" y="{TOP + 14 + NAMED * 20}" fill="#625c51">grey: all other pages</text></svg>')
    return "\n".join(parts) + "\n"


def _x(size: int, sizes: list[int]) -> float:
    low, high = log10(sizes[0]), log10(sizes[-1])
    share = (log10(size) - low) / (high - low) if high > low else 0.5
    return round(LEFT + 20 + share * (WIDTH - RIGHT - LEFT - 40), 1)


def _y(seconds: float) -> float:
    share = (log10(max(seconds, LOWEST)) - log10(LOWEST)) / (log10(HIGHEST) - log10(LOWEST))
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)
