"""How long the portal takes for each of its pages, as the book grows.

    python bench/portal [--folder DIR] [--sizes 10000,100000,1000000] [--visits 40] [--svg FILE] [--worst]

For each size a home is made with the sample year and so many synthetic exchanges (see `year`), its projection is caught up, and
every place of the portal's table is visited in this process through its ASGI application: the time is the server's, without a
network and without a browser. Addresses with parts are those that the pages themselves link to; the list of exchanges is asked
for with many combinations of filters besides. What is kept with an assessment is asked for once before visits are counted, as in
a portal that has been up for a while: the first page waits for the first assessment, and the first look at a page that is drawn
from it waits for the drawing; both are told apart. A home in --folder that is there already is used again.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from curves import draw_curves
from starlette.routing import Match, Route
from year import LAST, Synthetic, write_exchanges

from proofbook.demo.year.cast import ENGAGEMENT
from proofbook.demo.year.kit import write_kit
from proofbook.people.roles import Role
from proofbook.portal.access import Access
from proofbook.portal.application import create_application
from proofbook.portal.places import Place
from proofbook.portal.site import PLACES
from proofbook.primitives.instants import FixedClock
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.portal import make_sources, settle_memory
from proofbook.wiring.reading import open_projection
from proofbook.wiring.system import ENTROPY, MONOTONIC
from support.sample_accounts import SampleAccounts, sample_visitor

LIMIT = 0.2
COOKIE = "bench"
PATIENCE = 600.0
MOST_ADDRESSES = 60
STAFF, AUDITOR = "staff", "auditor"
HARD = (
    "state=upstream_timeout&finish=length", "claimed=end-user-77", "verified=member-42&state=complete",
    "principal=sample-member-007&model=sample-coder", "flag=grant_missing&system=sample-ticket-triage", "class=iban",
    "class=email&principal=sample-member-010", "reason=rate_limited&principal=sample-member-100", "tokens=90000",
    "tokens=1400&latency=8900&state=complete", "protocol=anthropic.messages&finish=length&claimed=end-user-1", "bytes=13000",
    "model=sample-assistant&state=complete&finish=stop", "model=nobody", "system=sample-help-desk&principal=sample-member-399",
    "from=2025-03-01&to=2025-03-03", "from=2024-10-01&to=2024-12-31&state=upstream_error&protocol=ollama.chat", "day=2025-02-14",
    "state=open", "state=denied&reason=grant_missing", "from=2025-06-30&latency=5000", "claimed=nobody&system=sample-help-desk",
)  # fmt: skip
"""Combinations of filters: of common values, of rare ones, of values that never meet."""


@dataclass(slots=True)
class Times:
    """Seconds of the visits to one place; the first one apart where it assesses."""

    place: str
    seconds: list[float] = field(default_factory=list)
    worst: str = ""

    def add(self, address: str, spent: float) -> None:
        """One visit."""
        if not self.seconds or spent > max(self.seconds):
            self.worst = address
        self.seconds.append(spent)

    def at(self, part: float) -> float:
        """The time that this part of the visits did not exceed."""
        ordered = sorted(self.seconds)
        return ordered[min(int(part * len(ordered)), len(ordered) - 1)]


class Browser:
    """Calls the application as a server would, for one of two visitors."""

    def __init__(self, home: Home, now: datetime) -> None:
        roles = (Role.ADMINISTRATOR, Role.LEAD, Role.REVIEWER, Role.PREPARER)
        people = {STAFF: sample_visitor(*roles), AUDITOR: sample_visitor(Role.AUDITOR, engagement=ENGAGEMENT)}
        self._people = people
        sources = replace(make_sources(home), accounts=SampleAccounts(people), clock=FixedClock(now), patience_seconds=PATIENCE)
        sources = replace(sources, settle=settle_memory)
        access = Access(entropy=ENTROPY, monotonic=MONOTONIC)
        self._application = create_application(sources, access, hosts=frozenset({"bench"}), cookie=COOKIE)

    def admitted(self, place: Place) -> str | None:
        """A visitor who may come to a place."""
        return next((name for name, visitor in self._people.items() if place.admits(visitor, "GET")), None)

    async def visit(self, address: str, who: str) -> tuple[int, bytes, float]:
        """Status, body and seconds."""
        path, _, query = address.partition("?")
        headers = [(b"host", b"bench"), (b"cookie", f"{COOKIE}={who}".encode())]
        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": headers, "client": ("127.0.0.1", 1), "server": ("bench", 80),
        }  # fmt: skip
        status, body = 0, bytearray()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            body.extend(message.get("body", b""))

        began = time.perf_counter()
        await self._application(scope, receive, send)
        return status, bytes(body), time.perf_counter() - began


class Site:
    """The places, and addresses of theirs that were found so far."""

    def __init__(self) -> None:
        self.shown = [place for place in PLACES if place.show is not None]
        self._routes = [(Route(place.path, _never), place) for place in self.shown]
        self.addresses: defaultdict[str, list[str]] = defaultdict(list)
        for place in self.shown:
            if "{" not in place.path:
                self.addresses[place.path].append(place.path)
        self.addresses["/exchanges"] += [f"/exchanges?{query}" for query in HARD]
        self.addresses["/exchanges/values"] = [
            f"/exchanges/values?{query}" for query in ("principal=sample-m", "claimed=end-user-1")
        ]
        self.addresses["/lineage/{id}"] = [f"/lineage/sample-case-{number:04}" for number in range(1, 200, 10)]

    def find(self, body: bytes) -> None:
        """The addresses that a page links to."""
        for link in re.findall(rb'href="(/[^"#]*)', body):
            address = unescape(link.decode())
            scope = {"type": "http", "method": "GET", "path": unquote(address.partition("?")[0]), "root_path": ""}
            place = next((each for route, each in self._routes if route.matches(scope)[0] is Match.FULL), None)
            known = self.addresses[place.path] if place is not None else []
            if place is not None and address not in known and len(known) < MOST_ADDRESSES:
                known.append(address)


@dataclass(frozen=True, slots=True)
class First:
    """What the first visitors wait for: the assessment, and the page that took longest to be drawn from it."""

    assessment: float
    drawing: float
    drawn: str


async def measure(home: Home, visits: int) -> tuple[list[Times], First]:
    """Times of every place once everything was visited, and what the first visitors wait for."""
    now = datetime(LAST.year, LAST.month, LAST.day, tzinfo=UTC) + timedelta(days=1, hours=9)
    browser, site, chance = Browser(home, now), Site(), random.Random(1)
    _, _, assessment = await browser.visit("/due", STAFF)
    for _ in range(3):
        await look_around(browser, site, 12)
    first = First(assessment, *max([(0.0, ""), *await look_around(browser, site, MOST_ADDRESSES)]))
    found = []
    for place in site.shown:
        who, known = browser.admitted(place), site.addresses[place.path]
        if who is None or not known:
            print(f"  {place.path}: {'nobody may come here' if who is None else 'no page links to it'}", file=sys.stderr)
            continue
        times = Times(place.path)
        for number in range(max(visits, len(known))):
            address = known[number] if number < len(known) else chance.choice(known)
            status, _, spent = await browser.visit(address, who)
            if status < 400:
                times.add(address, spent)
            elif number < len(known):
                print(f"  {address[:120]}: {status}", file=sys.stderr)
        if times.seconds:
            found.append(times)
    return found, first


async def look_around(browser: Browser, site: Site, most: int) -> list[tuple[float, str]]:
    """Visits the addresses known so far, up to `most` of each place, and finds more; the times of those that are assessed."""
    spent = []
    for path, known in [(path, list(known)) for path, known in site.addresses.items()]:
        place = next(each for each in site.shown if each.path == path)
        who = browser.admitted(place)
        for address in known[:most] if who else ():
            _, body, seconds = await browser.visit(address, who or "")
            spent += [(seconds, address)] if place.assesses else []
            site.find(body)
    exchanges = [address for address in site.addresses["/exchanges/{id}"] if not address.endswith("/values")]
    site.addresses["/exchanges/{id}/content"] = [f"{address}/content" for address in exchanges]
    return spent


def make(folder: Path, size: int) -> Home:
    """The home of a size, made when it is not there; its projection caught up."""
    path = folder / f"h{size}" / "home"
    if path.exists():
        home = open_home(path)
    else:
        home, began = write_kit(path), time.perf_counter()
        entries = write_exchanges(home, Synthetic(size), 0, size)
        print(f"{size:,} exchanges in {entries:,} entries written in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    began, cpu = time.perf_counter(), time.process_time()
    with open_projection(home) as (book, projection):
        spent = time.process_time() - cpu
        rate = f"{book.size() / spent:,.0f} entries/s of one core" if spent > 1 else "was there"
        mebibytes = home.readmodel.stat().st_size >> 20
        print(
            f"{projection.position:,} entries projected in {time.perf_counter() - began:.0f} s, {rate}; {mebibytes:,} MiB",
            file=sys.stderr,
        )
    return home


def table(results: dict[int, list[Times]]) -> Iterator[str]:
    """p50 and p95 of every place by size, as a table of the documents."""
    sizes = sorted(results)
    yield f"| Page | {' | '.join(f'{size:,}' for size in sizes)} | visits |"
    yield f"|---|{'---|' * len(sizes)}---|"
    by_place = {size: {each.place: each for each in found} for size, found in results.items()}
    for times in sorted(results[sizes[-1]], key=lambda each: -each.at(0.95)):
        cells = []
        for size in sizes:
            found = by_place[size].get(times.place)
            cells.append("" if found is None else f"{found.at(0.5) * 1000:.0f} / {found.at(0.95) * 1000:.0f} ms")
        yield f"| `{times.place}` | {' | '.join(cells)} | {len(times.seconds)} |"


def main() -> None:
    """Make, visit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--visits", type=int, default=40)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--worst", action="store_true", help="name the slowest address of each place")
    options = parser.parse_args()
    results: dict[int, list[Times]] = {}
    firsts: dict[int, First] = {}
    with tempfile.TemporaryDirectory() as name:
        for size in map(int, options.sizes.split(",")):
            home = make(options.folder or Path(name), size)
            results[size], firsts[size] = asyncio.run(measure(home, options.visits))
    print("\n".join(table(results)))
    for size, first in firsts.items():
        print(f"first at {size:,}: assessment {first.assessment:.2f} s; longest drawing {first.drawing:.2f} s, {first.drawn}")
    last = results[max(results)]
    slow = [each for each in last if each.at(0.95) > LIMIT]
    for each in last if options.worst else slow:
        median, high = statistics.median(each.seconds) * 1000, each.at(0.95) * 1000
        print(f"{each.place}: p95 {high:.0f} ms, median {median:.0f} ms, slowest {each.worst}")
    print(f"p95 under {LIMIT * 1000:.0f} ms for every page: {'kept' if not slow else 'NOT KEPT'}")
    if options.svg:
        options.svg.write_text(
            draw_curves({size: {each.place: each.at(0.95) for each in found} for size, found in results.items()})
        )


async def _never(request: Any) -> Any:
    """Stands for a place where only its path matters."""
    del request


if __name__ == "__main__":
    main()
