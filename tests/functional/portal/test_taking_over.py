"""A request list on both faces: shown, agreed to with one click, and never recorded as something else than was shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest

from proofbook.people.roles import Role
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.starting import Start, start_home
from support.api_caller import give_token
from support.sample_portal import Reply
from support.staffed_portal import Browser, Staffed, staffed

ENGAGEMENT = "sample-audit"
OTHER = "sample-other"
_PERIOD = 'first = "2026-01-01"\nlast = "2026-12-31"\nzone = "UTC"\n'
_NUMBER = re.compile(r"<bdi>(L-\d+)</bdi>")
_KEPT = re.compile(r'name="(kept|sha256)" value="([^"]+)"')
FACES = {"lead": ("/requests", f"/requests?engagement={ENGAGEMENT}"), "auditor": ("/room/request", "/room/requests")}
"""Account -> where a list is sent to, and where the requests are."""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """A portal with two engagements, and people on both sides of each."""
    folder: Path = tmp_path_factory.mktemp("lists")
    start_home(folder / "home", Start(entity="Sample", fence=folder / "fence", proposals=(), portal_port=0))
    settings = folder / "home" / "proofbook.toml"
    text = "".join(f'\n[[engagements]]\nid = "{each}"\n{_PERIOD}' for each in (ENGAGEMENT, OTHER))
    settings.write_text(settings.read_text("utf-8") + text, "utf-8")
    home: Home = open_home(folder / "home")
    with staffed(home) as found:
        found.add("lead", Role.LEAD)
        found.add("auditor", Role.AUDITOR, engagement=ENGAGEMENT)
        found.add("colleague", Role.AUDITOR, engagement=ENGAGEMENT)
        found.add("stranger", Role.AUDITOR, engagement=OTHER)
        yield found


def listed(*numbers: str, said: str = "sample request") -> bytes:
    """A list of requests as CSV."""
    return "\n".join(["Request no.,Description", *(f"{each},{said} {each}" for each in numbers)]).encode()


def show(browser: Browser, account: str, data: bytes) -> Reply:
    """Send a list to be shown."""
    path, page = FACES[account]
    fields = {"engagement": ENGAGEMENT} if account == "lead" else {}
    reply = browser.post_file(path, fields, ("list", "sample list.csv", data), page=page if account == "lead" else path)
    assert reply.status == 200, reply.words
    return reply


def agree(browser: Browser, account: str, shown: Reply, **changes: str) -> Reply:
    """Press the one button of what was shown."""
    path, page = FACES[account]
    fields = {**dict(_KEPT.findall(shown.text)), "agreed": "yes", "engagement": ENGAGEMENT, **changes}
    return browser.post(path, fields, page=page)


@pytest.mark.parametrize("account", FACES)
def test_what_was_shown_is_recorded_with_one_click_and_once(portal: Staffed, account: str) -> None:
    """Choosing the file a second time is how another file gets recorded."""
    browser, data = portal.browser(account), listed(f"{account}-1", f"{account}-2")
    shown = show(browser, account, data)
    assert "Nothing is recorded yet" in shown.words
    assert sha256(data).hexdigest() in shown.words
    assert f"{account}-1" not in browser.get(FACES[account][1]).words
    done = agree(browser, account, shown)
    assert (done.status, "Recorded" in done.words, "2 new" in done.words) == (200, True, True)
    assert f"{account}-2" in browser.get(FACES[account][1]).words
    again = agree(browser, account, shown)
    assert again.status in {400, 422}
    assert "recorded already" in again.words
    assert "Nothing to record" in browser.post_file(
        FACES[account][0], {"engagement": ENGAGEMENT, "agreed": "yes"}, ("list", "l.csv", data), page=FACES[account][1]
    ).words  # fmt: skip


def test_a_list_that_would_record_something_else_by_now_is_shown_again(portal: Staffed) -> None:
    """What a person agrees to is what they saw, not what has become of it."""
    lead, auditor = portal.browser("lead"), portal.browser("auditor")
    shown = show(lead, "lead", listed("moved-1", "moved-2"))
    assert "1 new" in agree(auditor, "auditor", show(auditor, "auditor", listed("moved-2", said="said otherwise"))).words
    moved = agree(lead, "lead", shown)
    assert moved.status == 409
    assert "Nothing was recorded" in moved.words
    assert "1 new, 1 changed" in moved.words
    assert "moved-1" not in lead.get(f"/requests?engagement={ENGAGEMENT}").words
    assert "Recorded" in agree(lead, "lead", moved).words
    assert "sample request moved-2" in lead.get(f"/requests/{ENGAGEMENT}.moved-2").words


def test_nobody_agrees_to_what_somebody_else_was_shown(portal: Staffed) -> None:
    """Neither a colleague, nor the same person in another session, nor for another engagement, nor with another digest."""
    auditor = portal.browser("auditor")
    shown = show(auditor, "auditor", listed("mine-1"))
    for browser in (portal.browser("colleague"), portal.browser("stranger"), portal.browser("auditor")):
        assert "recorded already" in agree(browser, "auditor", shown).words
    assert "mine-1" not in auditor.get("/room/requests").words
    lead = portal.browser("lead")
    shown = show(lead, "lead", listed("mine-2"))
    assert "recorded already" in agree(lead, "lead", shown, engagement=OTHER).words
    assert "recorded already" in agree(lead, "lead", shown, sha256="0" * 64).words
    assert "mine-2" not in lead.get(f"/requests?engagement={ENGAGEMENT}").words


def test_lists_that_cannot_be_taken_are_refused_on_both_faces(portal: Staffed) -> None:
    """Everything that is wrong, at once; nothing is kept of it."""
    for account, (path, page) in FACES.items():
        browser = portal.browser(account)
        sent = ("list", "l.csv", b"Request no.,Description,Due\n,nothing,soon\nx-1,,")
        reply = browser.post_file(path, {"engagement": ENGAGEMENT}, sent, page=page)
        assert reply.status == 422
        assert "cannot be taken as it is" in reply.words
        assert "row 2" in reply.words
        assert "row 3" in reply.words


def test_a_long_list_is_shown_page_by_page(portal: Staffed) -> None:
    """Ten thousand requests must not make one page; each is reached by turning, on both faces and by program."""
    browser = portal.browser("stranger")
    data = listed(*(f"L-{number}" for number in range(1, 231)))
    fields = {"agreed": "yes"}
    assert "230 new" in browser.post_file("/room/request", fields, ("list", "l.csv", data), page="/room/request").words
    lead = portal.browser("lead")
    for reader, path in ((browser, "/room/requests"), (lead, f"/requests?engagement={OTHER}")):
        seen: list[str] = []
        place = path
        while place:
            page = reader.get(place)
            seen += _NUMBER.findall(page.text)
            onward = re.search(r'href="([^"]+)" rel="next"', page.text)
            place = unescape(onward[1]) if onward else ""
        assert seen == [f"L-{number}" for number in range(1, 231)]
        assert "230" in reader.get(path).words
        assert reader.get(f"{path}{'&' if '?' in path else '?'}state=done").status == 400
    program = give_token(portal, "lead")
    items: list[str] = []
    more: str | None = ""
    while more is not None:
        told = program.get(f"/requests?engagement={OTHER}&limit=150&after={more}").value
        items += [each["number"] for each in told["items"]]
        more = told["more"]
    assert (len(items), told["of"]) == (230, 230)
