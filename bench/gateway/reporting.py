"""The figures as a table for people, and as pictures."""

from __future__ import annotations

from html import escape
from math import log
from pathlib import Path

from measuring import Ledger

TITLES = {
    "bare": "engine alone",
    "nginx": "nginx, no record of anything",
    "proofbook": "Proofbook, all content sealed and on disk before the reply",
    "classifying": "the same, and content classified beside it",
    "litellm": "LiteLLM proxy, no log",
    "portkey": "Portkey gateway, no log",
}
ROWS = (
    ("requests/s", 0), ("CPU s per 10k requests", 2), ("request p50 ms", 1), ("request p99 ms", 1), ("light p50 ms", 2),
    ("light p99 ms", 2), ("light CPU ms", 2), ("first token p50 ms", 2), ("first token p99 ms", 2), ("chunks/s", 0),
    ("CPU s per 1M chunks", 1), ("chunk lag p50 ms", 1), ("chunk lag p99 ms", 1), ("slowest stream", 2), ("burst chunks/s", 0),
    ("burst chunks per CPU s", 0), ("RSS idle MiB", 0), ("RSS with open streams MiB", 0),
    ("RSS highest MiB", 0),
)  # fmt: skip
_BEGIN, _END = "<!-- bench/gateway: begin -->", "<!-- bench/gateway: end -->"
_PICTURES = (
    (
        "gateway-requests.svg",
        "CPU s per 10k requests",
        "Processor seconds for 10,000 requests (shorter is better; logarithmic scale)",
    ),
    (
        "gateway-streams.svg",
        "CPU s per 1M chunks",
        "Processor seconds for 1,000,000 chunks of 500 streams (shorter is better; logarithmic scale)",
    ),
)


def format_table(ledger: Ledger) -> str:
    """Markdown: one row a figure, one column a target; then what the figures say of each other."""
    names = [name for name in TITLES if any(target == name for target, _ in ledger.rounds) or name in ledger.notes]
    lines = ["| | " + " | ".join(TITLES[name] for name in names) + " |", "|---" + "|---:" * len(names) + "|"]
    for row, digits in ROWS:
        values = [ledger.median(name, row) for name in names]
        if any(value is not None for value in values):
            cells = ["–" if value is None else f"{value:,.{digits}f}" for value in values]
            lines.append(f"| {row} | " + " | ".join(cells) + " |")
    lines += ["", *_comparisons(ledger)]
    lines += [f"- {TITLES[name]}: {note}" for name, note in ledger.notes.items()]
    return "\n".join(lines)


def _comparisons(ledger: Ledger) -> list[str]:
    """Per CPU second, as ratios; and what the gateway adds to the engine alone."""
    said = []
    for peer in ("nginx", "litellm", "portkey"):
        for row, what in (("CPU s per 10k requests", "requests"), ("CPU s per 1M chunks", "chunks of paced streams")):
            ours, theirs = ledger.median("proofbook", row), ledger.median(peer, row)
            if ours and theirs:
                said.append(f"- {what} per CPU second: {theirs / ours:.2f} of {peer}")
    for row, what in (("light p50 ms", "p50"), ("light p99 ms", "p99"), ("first token p50 ms", "first token p50"),
                      ("first token p99 ms", "first token p99")):  # fmt: skip
        ours, bare = ledger.median("proofbook", row), ledger.median("bare", row)
        if ours and bare:
            said.append(f"- added at light load, {what}: {ours - bare:.2f} ms")
    sync = ledger.median("disk", "disk sync p50 ms"), ledger.median("disk", "disk sync p99 ms")
    if sync[0] is not None and sync[1] is not None:
        said.append(f"- one sync of this disk, alone: p50 {sync[0]:.2f} ms, p99 {sync[1]:.2f} ms")
    warm, rested = ledger.median("memory", "memory warm ns"), ledger.median("memory", "memory rested ns")
    if warm is not None and rested is not None:
        said.append(
            f"- a line of memory on the measured core: {warm:.0f} ns read again at once, {rested:.0f} ns after 10 ms of rest"
        )
    return said


def write_report(ledger: Ledger, docs: Path) -> None:
    """Put table and pictures into the documents."""
    page = docs / "measurements.md"
    before, _, rest = page.read_text("utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    page.write_text(f"{before}{_BEGIN}\n{format_table(ledger)}\n{_END}{after}", "utf-8")
    for name, row, title in _PICTURES:
        (docs / "pictures" / name).write_text(draw_bars(ledger, row, title), "utf-8")


def draw_bars(ledger: Ledger, row: str, title: str) -> str:
    """An SVG of one figure: a bar a target, on a scale of logarithms since the peers lie orders of magnitude apart."""
    bars = [(name, value) for name in TITLES if (value := ledger.median(name, row))]
    lowest = min((value for _, value in bars), default=1.0) / 2
    highest = max((value for _, value in bars), default=1.0)
    height = 56 + 40 * len(bars)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" font-family="sans-serif" font-size="14" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="760" height="{height}" fill="#fff"/><text x="16" y="28" font-weight="bold">{escape(title)}</text>',
    ]
    for number, (name, value) in enumerate(bars):
        top = 44 + 40 * number
        width = 40 + 360 * _place(value, lowest, highest)
        colour = "#1f5fa8" if name == "proofbook" else "#9aa7b5"
        parts.append(f'<text x="150" y="{top + 20}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="160" y="{top}" width="{width:.0f}" height="28" fill="{colour}"/>')
        parts.append(f'<text x="{168 + width:.0f}" y="{top + 20}">{value:,.2f}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _place(value: float, lowest: float, highest: float) -> float:
    return 1.0 if highest <= lowest else log(value / lowest) / log(highest / lowest)
