"""The gateway's rules: heard of within a second, swapped whole, and said to be old when they are."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.config.loading import read_settings
from proofbook.errors import ConfigurationError
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.exchange import RefusalReason
from proofbook.wiring.access import operator
from proofbook.wiring.admission import (
    LiveRules,
    Question,
    describe_policies,
    explain_access,
    find_policies,
    find_zone,
    make_enforcement,
)
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import CLOCK
from support.draft_builder import beats
from support.followed_book import AbsentBook, heard
from support.home_builder import make_home
from support.rule_records import CALLER, DESK, Records
from support.sample_entries import request_body, response_body

GATEWAY = """
[gateway.admission]
grant = "refuse"
principal_requests_per_minute = 30
[[gateway.upstreams]]
name = "engine"
base_url = "http://127.0.0.1:9"
[[gateway.systems]]
id = "support-desk"
name = "Support desk"
environment = "test"
upstream = "engine"
[gateway.systems.admission]
approved_weights = "off"
hours = ["mon-fri 07:00-19:00"]
"""
NOW = "2026-06-15T12:00:00.000000Z"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose gateway refuses callers without a grant."""
    made = make_home(tmp_path)
    config = made.path / "proofbook.toml"
    config.write_text(config.read_text("utf-8") + GATEWAY, "utf-8")
    return open_home(made.path)


def _record(home: Home, records: Records) -> None:
    with open_door(home) as door:
        for each in records.found.values():
            occurred = format_instant(CLOCK.now())
            door.recorder.record(Draft(each.kind, each.id, occurred, operator(), "desk", Assurance.MANUAL, dict(each.body)))


def test_records_are_known_at_the_start_and_while_it_follows(home: Home) -> None:
    """With traffic in between, and in the order in which they count: a revocation after its grant."""
    _record(home, Records().grant())
    rules = LiveRules(home, BookReader(home.book), "UTC")
    try:
        (grant,) = rules.current().rules.grants["principal", "sample-person-1"]
        assert grant.holds(DESK, NOW)
        with open_door(home) as door:
            door.recorder.submit(beats(700)).result()
        _record(home, Records().revocation().page())
        assert heard(lambda: rules.current().rules.is_registered(DESK, NOW))
        (ended,) = rules.current().rules.grants["principal", "sample-person-1"]
        assert not ended.holds(DESK, NOW)
        assert not rules.current().stale
    finally:
        rules.close()


def test_rules_that_cannot_be_refreshed_go_on_and_say_so(home: Home) -> None:
    """Whether to serve by old rules is the operator's policy; that they are old must be known."""
    now = [0.0]
    book = AbsentBook(home.book)
    rules = LiveRules(home, book, "UTC", monotonic=lambda: now[0], stale_seconds=5.0)
    try:
        book.absent = True
        time.sleep(0.6)  # one look at least fails, with an error that is not even ours
        now[0] = 5.1
        assert rules.current().stale
        book.absent = False
        assert heard(lambda: not rules.current().stale)
    finally:
        rules.close()


def test_policies_are_those_of_the_gateway_but_for_what_a_system_says(home: Home) -> None:
    """And the record of the settings says them as they are in force."""
    policy = find_policies(home.settings)[DESK]
    assert (policy.grant, policy.approved_weights, policy.registered) == ("refuse", "off", "flag")
    assert (policy.principal_requests_per_minute, policy.hours) == (30, ("mon-fri 07:00-19:00",))
    assert describe_policies(home.settings) == {
        "gateway.admission": [
            (
                "support-desk grant:refuse registered:flag approved_weights:off unknown_weights:flag remote_model:flag "
                "outside_hours:flag stale_records:flag principal_requests_per_minute:30 hours:mon-fri 07:00-19:00"
            )
        ],
        "gateway.admission.zone": "UTC",
    }


def test_limits_of_tokens_go_on_from_what_the_book_says_was_used(home: Home) -> None:
    """A restart, or another limit, must not give a fresh day; and `access explain` says how much is left."""
    config = home.path / "proofbook.toml"
    config.write_text(config.read_text("utf-8") + "principal_tokens_per_day = 60\ntokens_per_hour = 1000\n", "utf-8")
    limited = open_home(home.path)
    _record(limited, Records().grant())
    now = format_instant(CLOCK.now())
    principal = {"id": CALLER.principal, "kind": "person", "method": "api_key", "key": "k_1", "issuer": None}
    rules = LiveRules(limited, BookReader(limited.book), "UTC")
    try:
        for number, decided in enumerate((None, RefusalReason.RATE_LIMITED)):
            body = request_body(f"x_{number}") | {"system": DESK, "principal": principal}
            with open_door(limited) as door:
                for kind, made in (("exchange.request", body), ("exchange.response", response_body(f"x_{number}", now))):
                    draft = Draft(kind, f"x_{number}", now, operator(), "gateway:sample", Assurance.INLINE, made)
                    door.recorder.record(draft)
            refusal = make_enforcement(limited, rules).assess_caller(CALLER, now)
            found = explain_access(limited, Question(CALLER.principal, DESK))
            for each in (refusal, found.explanation.verdict.refusal):
                assert (None if each is None else each.reason) is decided
            used = [(each.limit.own, each.limit.stretch, each.limit.tokens, each.used) for each in found.tokens]
            assert used == [(False, "hour", 1000, 55 * (number + 1)), (True, "day", 60, 55 * (number + 1))]
    finally:
        rules.close()


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ('[[engagements]]\nid="a"\nfirst="2026-01-01"\nlast="2026-12-31"\nzone="Europe/Berlin"\n', "Europe/Berlin"),
        (
            '[gateway.admission]\nzone = "Asia/Tokyo"\n[[engagements]]\nid="a"\nfirst="2026-01-01"\nlast="2026-12-31"\n',
            "Asia/Tokyo",
        ),
        ("", "UTC"),
    ],
)
def test_days_end_in_the_zone_of_the_engagements_unless_another_is_set(tmp_path: Path, text: str, zone: str) -> None:
    """A gateway that ends access at another midnight than the audit counts by would make findings of its own."""
    path = make_home(tmp_path).path / "proofbook.toml"
    gateway = GATEWAY.replace('[gateway.admission]\ngrant = "refuse"\nprincipal_requests_per_minute = 30\n', "")
    path.write_text(path.read_text("utf-8") + gateway + text, "utf-8")
    assert find_zone(read_settings(path)) == zone


def test_explaining_a_system_that_is_not_configured_is_refused(home: Home) -> None:
    """Nothing would be decided about it."""
    with pytest.raises(ConfigurationError, match="not configured"):
        explain_access(home, Question("sample-person-1", "other-desk"))
