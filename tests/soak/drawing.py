"""The samples of a soak as a picture: memory and descriptors over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from soak.watching import Sample

_WIDTH, _HEIGHT, _LEFT, _TOP, _STRIP = 860, 300, 64, 34, 96
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-family="sans-serif" font-size="13">'
    "<title>{title}</title><style>text{{fill:#444}}.l{{fill:none;stroke:#28608f;stroke-width:1.5}}.g{{stroke:#ccc}}"
    "@media(prefers-color-scheme:dark){{text{{fill:#bbb}}.l{{stroke:#7fb2e5}}.g{{stroke:#444}}}}</style>"
)


def draw_samples(samples: Sequence[Sample], path: Path) -> None:
    """Write an SVG with one strip for each measure, its axis from zero."""
    measures: tuple[tuple[str, Callable[[Sample], float]], ...] = (
        ("resident memory, MiB", lambda each: each.resident_mib),
        ("open descriptors", lambda each: each.descriptors),
    )
    last = max((each.seconds for each in samples), default=1.0)
    parts = [_HEAD.format(width=_WIDTH, height=_HEIGHT, title="A gateway under mixed load with faults, over time")]
    for place, (name, value) in enumerate(measures):
        parts += _strip(samples, name, value, _TOP + place * (_STRIP + 38), last)
    parts.append(f'<text x="{_WIDTH - 8}" y="{_HEIGHT - 8}" text-anchor="end">{last / 60:.0f} minutes</text></svg>\n')
    path.write_text("".join(parts), "utf-8")


def _strip(samples: Sequence[Sample], name: str, value: Callable[[Sample], float], top: int, last: float) -> list[str]:
    highest = max(map(value, samples), default=1.0) or 1.0
    bottom, width = top + _STRIP, _WIDTH - _LEFT - 8
    points = " ".join(
        f"{_LEFT + width * each.seconds / last:.1f},{bottom - _STRIP * value(each) / highest:.1f}" for each in samples
    )
    lines = "".join(f'<line class="g" x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{y}" y2="{y}"/>' for y in (top, bottom))
    axis = f'<text x="{_LEFT - 6}" y="{top + 5}" text-anchor="end">{highest:.0f}</text>'
    axis += f'<text x="{_LEFT - 6}" y="{bottom}" text-anchor="end">0</text>'
    return [f'<text x="{_LEFT}" y="{top - 8}">{name}</text>', lines, axis, f'<polyline class="l" points="{points}"/>']
