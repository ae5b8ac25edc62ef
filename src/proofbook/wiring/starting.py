"""Starting a home: propose settings from what was found, write them, make keys and book.

Nothing is approved or assumed: what discovery found becomes an upstream and one system to be renamed; what it did not find is
said in the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import Clock
from proofbook.tlog.checkpoint import check_origin
from proofbook.wiring.home import Home, create_home, quote_toml
from proofbook.wiring.recording import start_book
from proofbook.wiring.system import CLOCK, ENTROPY, IDS, host_name

_NOT_A_LETTER: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An engine to put the gateway in front of."""

    name: str
    base_url: str
    product: str
    systems: tuple[tuple[str, str], ...]
    """Id and name of each system it serves."""
    environment: str = "production"


@dataclass(frozen=True, slots=True)
class Start:
    """What a new home is made from."""

    entity: str
    fence: Path
    proposals: tuple[Proposal, ...]
    origin: str | None = None
    gateway_port: int = 8400
    portal_port: int = 8401
    models: tuple[str, ...] = ()
    well_known: bool = True
    engagement: tuple[str, str, str] | None = None
    """Id, first and last day."""


def default_fence() -> Path:
    """Where fences are kept when nothing else is said: the user's state folder, apart from every home and its backups."""
    return Path.home() / ".local" / "state" / "proofbook" / "fence"


def start_home(path: Path, start: Start, *, clock: Clock = CLOCK, ids: IdSource = IDS) -> Home:
    """Make a home; `clock` and `ids` are those of its first entry.

    Raises:
        ConfigurationError: there is one, or the origin cannot name a log.
    """
    origin = start.origin or propose_origin(start.entity)
    check_origin(origin)
    opening = partial(start_book, clock=clock, ids=ids)
    return create_home(path, config=format_config(start), origin=origin, start_book=opening)


def propose_origin(entity: str) -> str:
    """A name for the log that nobody else has: this host, the entity, and 64 random bits."""
    host = _slug(host_name().split(".")[0]) or "host"
    return f"{host}.internal/{_slug(entity) or 'book'}/{ENTROPY(8).hex()}"


def format_config(start: Start) -> str:
    """The text of proofbook.toml."""
    lines = [
        "# Proofbook. Every setting: `proofbook config explain`. Unknown keys are refused.",
        f"entity = {quote_toml(start.entity)}",
        "",
        "[book]",
        "# The fork fence must survive a restore of this folder: keep it elsewhere and out of its backups.",
        f"fence = {quote_toml(str(start.fence))}",
        "",
    ]
    lines += _gateway_lines(start) if start.proposals else _NO_ENGINE
    lines += ["[portal]", f"port = {start.portal_port}", "", "[models]", f"paths = [{', '.join(map(quote_toml, start.models))}]"]
    lines += [f"well_known = {str(start.well_known).lower()}", "", *_engagement_lines(start)]
    return "\n".join(lines) + "\n"


def _gateway_lines(start: Start) -> list[str]:
    lines = ["[gateway]", f"port = {start.gateway_port}", ""]
    for each in start.proposals:
        lines += ["[[gateway.upstreams]]", f"name = {quote_toml(each.name)}", f"base_url = {quote_toml(each.base_url)}"]
        lines += [f"product = {quote_toml(each.product)}", ""]
    lines += ["# Name each system as your organisation speaks of it; its environment is production, test, or what you call it."]
    for each in start.proposals:
        for system_id, name in each.systems:
            lines += ["[[gateway.systems]]", f"id = {quote_toml(system_id)}", f"name = {quote_toml(name)}"]
            lines += [f"environment = {quote_toml(each.environment)}", f"upstream = {quote_toml(each.name)}", ""]
    return lines


def _engagement_lines(start: Start) -> list[str]:
    if start.engagement is None:
        year = CLOCK.now().year
        name, first, last = f"fy{year}", f"{year}-01-01", f"{year}-12-31"
    else:
        name, first, last = start.engagement
    return ["[[engagements]]", f"id = {quote_toml(name)}", f'first = "{first}"', f'last = "{last}"', 'zone = "UTC"']


_NO_ENGINE: Final = [
    "# No engine was found listening on this machine. When there is one, name it and a system that uses it:",
    "# [[gateway.upstreams]]",
    '# name = "engine"',
    '# base_url = "http://127.0.0.1:8080"',
    "# [[gateway.systems]]",
    '# id = "assistant"',
    '# name = "Assistant"',
    '# environment = "production"',
    '# upstream = "engine"',
    "",
]


def _slug(text: str) -> str:
    return _NOT_A_LETTER.sub("-", text.lower()).strip("-")[:40].strip("-")
