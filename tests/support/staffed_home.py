"""A home with a sample year up to yesterday and with people, served as `proofbook portal` serves it; and who they are."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from proofbook.demo.year.calendar import Year
from proofbook.demo.year.kit import write_kit
from proofbook.people.roles import Role
from proofbook.people.visitor import Opened
from proofbook.portal.staff.queues.decisions import RequestDecision, ask_for_decision
from proofbook.portal.surroundings import Desk, PortalSources
from proofbook.readmodel.projection import ReadOnlyProjection
from proofbook.wiring.home import Home, open_home
from support import staffed_portal
from support.sample_accounts import sample_visitor
from support.sample_portal import Reply, Visitor
from support.staffed_portal import PASSWORD

ENGAGEMENT = "sample-year"
ROLES: Mapping[str, Role] = {
    "sample-lead": Role.LEAD,
    "sample-preparer": Role.PREPARER,
    "sample-reviewer": Role.REVIEWER,
    "sample-auditor": Role.AUDITOR,
}
"""Beside the administrator, who is made first."""
ADMINISTRATOR = "sample-administrator"


@dataclass(frozen=True, slots=True)
class Staffed:
    """The portal of a home; `people` by account, each signed in already; `outside` holds nothing."""

    home: Home
    sources: PortalSources
    people: Mapping[str, Visitor]
    outside: Visitor

    def cookie_of(self, account: str) -> tuple[str, str]:
        """Name and value of somebody's cookie, for a browser."""
        name, _, value = (self.people[account].cookie or "").partition("=")
        return name, value


@contextmanager
def staffed(folder: Path, last: datetime | None = None, zone: str = "Europe/Berlin") -> Iterator[Staffed]:
    """Write the year, serve it, sign everybody in."""
    write_kit(folder / "home", Year((last or datetime.now(UTC) - timedelta(days=1)).date(), 7, zone))
    home = open_home(folder / "home")
    with staffed_portal.staffed(home, administrator=False) as portal:
        outside = Visitor(portal.port, portal.key)
        cookies = sign_everybody_in(portal)
        people = {account: replace(outside, cookie=f"proofbook_{portal.port}={each}") for account, each in cookies.items()}
        yield Staffed(home, portal.sources, people, outside)


def send_form(visitor: Visitor, page: str, action: str, **fields: str) -> Reply:
    """Fill in a form of a page and send it."""
    shown = visitor.ask(page).text
    form = shown.partition(f'action="{action}"')[2]
    token = re.search(r'name="csrf" value="([^"]+)"', form)
    assert token is not None, f"{page} has no form that goes to {action}"
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "origin": f"http://127.0.0.1:{visitor.port}",
        "sec-fetch-site": "same-origin",
    }
    return visitor.ask(action, method="POST", headers=headers, body=urlencode({"csrf": token[1], **fields}).encode())


def let_an_output_wait(home: Staffed) -> None:
    """Ask for a decision about an output, as an application does."""
    sources = home.sources
    with sources.open_book() as book, ReadOnlyProjection(sources.projection) as projection:
        service = sample_visitor(Role.SERVICE)
        desk = Desk(book, projection.reader, projection.position, sources.clock.now(), sources, service)
        order = RequestDecision(
            decision="refund-4711", system="sample-help-desk", title="Sample refund-4711", requested_by="sample-service"
        )
        ask_for_decision(desk, order)


def do_fieldwork(auditor: Visitor) -> None:
    """What an auditor has to have done before there is a page about it: a request, a delivery, a sample."""
    asked = send_form(
        auditor,
        "/room/request",
        "/room/requests",
        number="R-001",
        title="Sample request",
        description="Sample words",
        criteria="CC8.1",
    )
    assert asked.status == 303, asked.words
    made = send_form(auditor, "/room/populations/POP-01", "/room/populations/POP-01", observer="Sample Auditor")
    assert made.status == 303, made.words
    until = time.monotonic() + 60
    while "/room/deliveries/" not in auditor.ask("/room/populations/POP-01").text and time.monotonic() < until:
        time.sleep(0.1)
    source = re.search(r'<option value="([^"]+)"', auditor.ask("/room/samples").text)
    assert source is not None, "nothing can be sampled"
    wishes = {"source": source[1], "method": "seeded", "nonce": "0123456789abcdef0123456789abcdef", "count": "2"}
    drawn = send_form(auditor, "/room/samples", "/room/samples", **wishes)
    assert drawn.status == 303, drawn.words


def sign_everybody_in(portal: staffed_portal.Staffed) -> dict[str, str]:
    """One account of each role; the cookies by account."""
    people = portal.sources.people
    assert people is not None
    cookies = {ADMINISTRATOR: people.first_account(ADMINISTRATOR, "Sample Administrator", PASSWORD).cookie}
    for account, role in ROLES.items():
        portal.add(account, role, engagement=ENGAGEMENT if role is Role.AUDITOR else None, name=account.replace("-", " ").title())
        found = people.sign_in(account, PASSWORD)
        assert isinstance(found, Opened), found
        cookies[account] = found.cookie
    return cookies
