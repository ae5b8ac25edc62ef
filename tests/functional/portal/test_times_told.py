"""Every page of a sample home, looked at for times that it tells otherwise than in the engagement's zone.

The home is in Kathmandu, whose clocks differ from UTC in hours and minutes: a time that was forgotten cannot look right by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

import pytest

from proofbook.portal.site import PLACES
from proofbook.wiring.filing import open_documents
from support.place_walk import Found, walk
from support.sample_portal import Reply
from support.staffed_home import ADMINISTRATOR, Staffed, do_fieldwork, let_an_output_wait, send_form, staffed

ZONE, AHEAD, CALLED = "Asia/Kathmandu", timedelta(hours=5, minutes=45), "UTC+05:45"
ORDER = ("sample-lead", "sample-reviewer", "sample-preparer", ADMINISTRATOR, "sample-auditor")
FOR_PROGRAMS = frozenset({"/api"})
"""The description of the API, whose examples are in UTC as the API is."""
_AS_RECORDED = re.compile(r"<(code|pre|textarea|script|style)\b[^>]*>.*?</\1>", re.DOTALL)
_TIME = re.compile(r"<time\b([^>]*)>(.*?)</time>", re.DOTALL)
_PLAINLY = re.compile(r"<(svg|option)\b[^>]*>.*?</\1>", re.DOTALL)
_CLOCK = re.compile(r"(?<![\w@:.-])\d{4}-\d\d-\d\d[T ]\d\d:\d\d[^<]{0,20}", re.ASCII)
_SAYS_SO = re.compile(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d(?::\d\d)? {re.escape(CALLED)}")


@dataclass(frozen=True, slots=True)
class Walked:
    """The home and the pages of it."""

    home: Staffed
    found: Found

    def ask(self, address: str, account: str) -> Reply:
        """A page as somebody is shown it."""
        return self.home.people.get(account, self.home.outside).ask(address)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """A sample year of an organisation in Kathmandu, walked through once."""
    with staffed(tmp_path_factory.mktemp("told"), zone=ZONE) as home:
        do_fieldwork(home.people["sample-auditor"])
        let_an_output_wait(home)
        yield Walked(home, walk(PLACES, home.people, ORDER, home.outside))


def told_otherwise(page: str) -> list[str]:
    """Times on a page that are not told in Kathmandu's, or not with UTC behind them."""
    rest = _AS_RECORDED.sub(" ", page)
    wrong = [each[0] for each in _TIME.finditer(rest) if not _is_told(each[1], each[2])]
    rest = _TIME.sub(" ", rest)
    for plainly in _PLAINLY.finditer(rest):
        words = re.sub(r"<[^>]*>", " ", plainly[0])
        wrong += _CLOCK.findall(_SAYS_SO.sub(" ", words))
    return wrong + _CLOCK.findall(re.sub(r"<[^>]*>", " ", _PLAINLY.sub(" ", rest)))


def _is_told(attributes: str, words: str) -> bool:
    stated, title = (re.search(rf'{name}="([^"]*)"', attributes) for name in ("datetime", "title"))
    if stated is None or title is None:
        return re.fullmatch(r"\d{4}-\d\d-\d\d", words) is not None
    utc = datetime.fromisoformat(stated[1])
    there = (utc + AHEAD).strftime("%Y-%m-%d %H:%M")
    called = CALLED if words.endswith(CALLED) else CALLED.removeprefix("UTC")
    behind = unescape(title[1])
    return words.startswith(there) and words.endswith(f" {called}") and behind.startswith(f"{utc:%Y-%m-%d %H:%M:%S}")


def test_no_page_tells_a_time_otherwise(walked: Walked) -> None:
    """One page that tells UTC among others that do not is a page on which people read a wrong hour."""
    pages = {path: each for path, each in walked.found.pages.items() if path not in FOR_PROGRAMS}
    assert len(pages) > 60
    wrong = {address: told_otherwise(walked.ask(address, account).text) for address, account in pages.values()}
    assert {address: each[:5] for address, each in wrong.items() if each} == {}


def test_every_page_says_once_whose_zone_it_tells(walked: Walked) -> None:
    """Somebody who opens one page by a link knows no other."""
    silent = []
    for path, (address, account) in walked.found.pages.items():
        text = walked.ask(address, account).text
        lines = re.findall(r'<p class="told-zone">(.*?)</p>', text, re.DOTALL)
        if len(lines) != 1 or ZONE not in lines[0]:
            silent.append(f"{path}: {lines}")
    assert silent == []


@pytest.mark.parametrize(
    "page",
    [
        "<p>at 2026-03-28T09:00:00.000000Z</p>",
        "<p>2026-03-28 09:00 UTC</p>",
        '<time datetime="2026-03-28T09:00:00.000000Z" title="2026-03-28 09:00:00 UTC">2026-03-28 09:00 UTC</time>',
        '<time datetime="2026-03-28T09:00:00.000000Z">2026-03-28 14:45 UTC+05:45</time>',
        "<svg><title>2026-03-28 09:00 UTC: 3</title></svg>",
        "<option>made 2026-03-28 09:00 UTC</option>",
    ],
)
def test_what_is_told_otherwise_is_found(page: str) -> None:
    """Nothing found means nothing unless something can be."""
    assert told_otherwise(page)


def test_pages_are_told_in_utc_for_whoever_asks(walked: Walked) -> None:
    """Without a mouse nothing can be pointed at; a link at the foot tells the same page in UTC, and one leads back."""
    page = walked.ask("/exchanges?state=complete", "sample-lead").text
    link = re.search(r'<p class="told-zone">.*?<a href="([^"]+)">Tell times in UTC</a>', page, re.DOTALL)
    assert link is not None
    assert unescape(link[1]) == "/exchanges?state=complete&times=utc"
    there = walked.ask(unescape(link[1]), "sample-lead").text
    shown = [words for _, words in _TIME.findall(there)]
    assert shown
    assert all(each.endswith(" UTC") for each in shown)
    assert f"those of <bdi>{ZONE}</bdi>" in there, "days that are typed stay those of the zone"
    assert '<a href="/exchanges?state=complete">' in there


def test_whoever_did_not_sign_in_learns_no_engagement(walked: Walked) -> None:
    """The first page is open to anybody."""
    words = walked.home.outside.ask("/sign-in").words
    assert ZONE in words
    assert "sample-year" not in words


def test_days_of_a_spot_check_are_those_of_the_zone(walked: Walked) -> None:
    """Whoever works in Kathmandu on a Monday morning does not mean Sunday."""
    page = walked.ask("/queues/spot-checks", "sample-lead").text
    assert f"days are those of {ZONE}" in page


def test_a_line_of_an_incident_is_typed_by_the_clocks_of_the_zone(walked: Walked) -> None:
    """In the night of an incident nobody converts hours."""
    kind, name = "incident.near_miss", "sample-near-miss-3"
    page = f"/queues/incidents/{kind}/{name}"
    assert f"by the clocks of {ZONE}" in walked.ask(page, "sample-lead").text
    line = {"sort": "containment", "what": "Sample step", "who": "", "at": "2026-03-14T02:10"}
    sent = send_form(walked.home.people["sample-lead"], page, page, **line)
    assert sent.status == 303, sent.words
    with open_documents(walked.home.home) as documents:
        found = documents.current(kind, name)
    assert found is not None
    assert found.body["containment"][-1]["at"] == "2026-03-13T20:25:00.000000Z"
    assert "2026-03-14 02:10 UTC+05:45" in walked.ask(page, "sample-lead").words


def test_days_of_an_account_end_at_midnight_of_the_zone(walked: Walked) -> None:
    """And a form that is sent back as it was shown moves nothing."""
    administrator, page = walked.home.people[ADMINISTRATOR], "/people/sample-preparer"
    before = {"name": "Sample Preparer", "roles": "preparer", "because": "sample", "until": "2099-03-31"}
    for account in (before, {**before, "name": "Sample Preparer II"}):
        version = re.search(r'name="version" value="([^"]+)"', administrator.ask(page).text)
        assert version is not None
        assert send_form(administrator, page, page, version=version[1], **account).status == 303
        assert 'value="2099-03-31"' in administrator.ask(page).text
        assert 'datetime="2099-03-31T18:15:00.000000Z"' in administrator.ask("/people").text
