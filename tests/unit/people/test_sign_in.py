"""Signing in with name and password: who gets in, who does not, what each learns, what the book says afterwards."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from proofbook.errors import StoreUnavailable
from proofbook.people.attempts import FREE_FAILURES, RateLimits
from proofbook.people.entrance import Shown
from proofbook.people.roles import Permission, Role
from proofbook.people.visitor import Opened, Reason, Refusal
from support.sample_people import OPERATOR, OTHER_PASSWORD, PASSWORD, Scene


def test_the_first_account_is_an_administrator_and_signed_in(tmp_path: Path) -> None:
    """Without it nobody could make any account."""
    scene = Scene(tmp_path)
    assert not scene.people.accounts_exist()
    opened = scene.begin()
    assert scene.people.accounts_exist()
    visitor = scene.people.visit(opened.cookie)
    assert visitor is not None
    assert visitor.permissions == {Permission.READ, Permission.OVERSEE, Permission.ADMINISTER}
    (made,) = scene.entries("account.set")
    assert (made.actor.id, made.actor.method) == ("sample.admin", "start_key")
    assert made.body["roles"] == ["administrator"]


def test_sign_in_opens_a_session_that_the_book_names(tmp_path: Path) -> None:
    """Every sign-in is an entry; what the browser holds is nowhere in the book."""
    scene = Scene(tmp_path)
    scene.begin()
    version = scene.add("sample.lead", Role.LEAD).version
    opened = scene.enter("sample.lead", address="192.0.2.7")
    entry = scene.entries("session.opened")[-1]
    assert entry.body == {
        "session": opened.visitor.session,
        "account": "sample.lead",
        "account_version": version,
        "method": "local_account",
        "second_factor": "none",
        "address": "192.0.2.7",
    }
    assert not any(opened.cookie.encode() in data or PASSWORD.encode() in data for data in scene.recorder.raw)


def test_wrong_name_and_wrong_password_look_the_same_to_whoever_tries(tmp_path: Path) -> None:
    """Otherwise anybody could find out who has an account."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.new", Role.LEAD, password=None)
    refusals = [scene.fail("sample.admin"), scene.fail("sample.nobody"), scene.fail("sample.new"), scene.fail("")]
    assert [each.told for each in refusals] == [None] * 4
    assert [each.reason for each in refusals] == [
        Reason.WRONG_PASSWORD, Reason.UNKNOWN_ACCOUNT, Reason.NO_PASSWORD, Reason.UNKNOWN_ACCOUNT,
    ]  # fmt: skip


def test_what_was_typed_by_somebody_unknown_is_kept_nowhere(tmp_path: Path) -> None:
    """People type their password into the field for the name."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.fail("secret typed as a name", "secret typed as a password")
    assert scene.entries("session.refused")[0].body["account"] is None
    kept = b"".join(path.read_bytes() for path in scene.path.parent.iterdir()) + b"".join(scene.recorder.raw)
    assert b"secret typed" not in kept


def test_an_unknown_name_is_locked_out_as_a_known_one_is(tmp_path: Path) -> None:
    """A lock that only existing names have would tell which exist."""
    scene = Scene(tmp_path)
    scene.begin()
    for name in ("sample.admin", "sample.nobody"):
        for _ in range(FREE_FAILURES):
            assert scene.fail(name).seconds is None
        refusal = scene.fail(name, PASSWORD)
        assert (refusal.told, refusal.seconds) == (Reason.LOCKED, 30)


def test_the_right_password_opens_again_when_the_wait_is_over(tmp_path: Path) -> None:
    """Somebody else's attempts lock nobody out for good."""
    scene = Scene(tmp_path)
    scene.begin()
    for _ in range(FREE_FAILURES):
        scene.fail("sample.admin")
    scene.wait(seconds=29)
    assert scene.fail("sample.admin", PASSWORD).reason is Reason.LOCKED
    scene.wait(seconds=1)
    scene.enter("sample.admin")
    assert scene.fail("sample.admin").reason is Reason.WRONG_PASSWORD


def test_attempts_of_others_do_not_count_against_a_known_browser(tmp_path: Path) -> None:
    """Somebody who never stops trying a name must not keep its holder out; their own browser gets its own tries, no more."""
    scene = Scene(tmp_path)
    known = scene.begin().cookie
    scene.wait(days=1)
    for _ in range(FREE_FAILURES):
        scene.fail("sample.admin")
    assert scene.fail("sample.admin", PASSWORD, replacing="no such cookie").reason is Reason.LOCKED
    assert scene.fail("sample.other", replacing=known).reason is Reason.UNKNOWN_ACCOUNT
    for _ in range(FREE_FAILURES - 1):
        assert scene.fail("sample.admin", replacing=known).reason is Reason.WRONG_PASSWORD
    scene.enter("sample.admin", replacing=known)
    assert scene.fail("sample.admin", PASSWORD).reason is Reason.LOCKED
    for _ in range(FREE_FAILURES):
        scene.fail("sample.admin", replacing=known)
    assert scene.fail("sample.admin", PASSWORD, replacing=known).reason is Reason.LOCKED


def test_many_at_once_get_no_more_tries_than_one_after_the_other(tmp_path: Path) -> None:
    """Attempts are counted before they are looked at, so a race gains nothing."""
    scene = Scene(tmp_path)
    scene.begin()
    found: list[Reason] = []
    begun = threading.Barrier(16)

    def attempt() -> None:
        begun.wait()
        found.append(scene.fail("sample.admin").reason)

    threads = [threading.Thread(target=attempt) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found.count(Reason.WRONG_PASSWORD) == FREE_FAILURES
    assert found.count(Reason.LOCKED) == 16 - FREE_FAILURES


def test_more_attempts_than_the_limit_are_not_looked_at(tmp_path: Path) -> None:
    """Each look costs a hash; and whoever tries many names from one place is not let go on."""
    seconds = [0.0]
    scene = Scene(tmp_path, limits=RateLimits(each_address=3, altogether=5), seconds=lambda: seconds[0])
    scene.begin()
    for number in range(3):
        assert scene.fail(f"sample.{number}", address="192.0.2.1").reason is Reason.UNKNOWN_ACCOUNT
    assert scene.fail("sample.9", address="192.0.2.1").told is Reason.TOO_MANY
    for number in range(2):
        assert scene.fail(f"sample.{number}", address=f"192.0.2.{number + 5}").reason is Reason.UNKNOWN_ACCOUNT
    assert scene.fail("sample.admin", PASSWORD, address="192.0.2.200").reason is Reason.TOO_MANY
    seconds[0] = 60.0
    scene.enter("sample.admin", address="192.0.2.1")


def test_repeated_refusals_become_one_entry_with_a_count(tmp_path: Path) -> None:
    """Nobody may fill the book by trying, and no attempt may go uncounted."""
    scene = Scene(tmp_path)
    scene.begin()
    for number in range(4):
        scene.fail(f"sample.{number}")
    assert [entry.body["count"] for entry in scene.entries("session.refused")] == [1]
    scene.wait(seconds=61)
    scene.people.sweep()
    assert [entry.body["count"] for entry in scene.entries("session.refused")] == [1, 3]
    scene.fail("sample.7")
    scene.fail("sample.8")
    scene.people.close()
    assert sum(entry.body["count"] for entry in scene.entries("session.refused")) == 6


def test_a_refusal_stands_when_the_book_cannot_say_so_and_is_counted_later(tmp_path: Path) -> None:
    """A full disk must neither let anybody in nor lose the attempt."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.recorder.fail_with = StoreUnavailable("sample: full")
    assert scene.fail("sample.admin").reason is Reason.WRONG_PASSWORD
    scene.recorder.fail_with = None
    scene.wait(seconds=61)
    scene.people.sweep()
    assert [entry.body["count"] for entry in scene.entries("session.refused")] == [1]


def test_nobody_is_let_in_whom_the_book_cannot_name(tmp_path: Path) -> None:
    """A session without its entry would be a look nobody knows of."""
    scene = Scene(tmp_path)
    scene.begin()
    before = scene.people.sessions()
    scene.recorder.fail_with = StoreUnavailable("sample: full")
    with pytest.raises(StoreUnavailable):
        scene.people.sign_in("sample.admin", PASSWORD)
    assert scene.people.sessions() == before


def test_a_disabled_an_early_and_a_late_account_open_nothing(tmp_path: Path) -> None:
    """Only whoever shows the password learns which it is."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.gone", Role.LEAD)
    scene.add("sample.early", Role.LEAD, since=scene.later(days=1))
    scene.add("sample.late", Role.LEAD, until=scene.later(minutes=1))
    scene.people.accounts.set_state("sample.gone", active=False, by=OPERATOR, because="sample leaver")
    scene.wait(minutes=2)
    told = [scene.fail(name, PASSWORD).told for name in ("sample.gone", "sample.early", "sample.late")]
    assert told == [Reason.DISABLED, Reason.NOT_YET, Reason.EXPIRED]
    assert scene.fail("sample.gone", OTHER_PASSWORD).told is None


def test_a_service_does_not_sign_in(tmp_path: Path) -> None:
    """Programs have tokens, with scopes and an end."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.pipeline", Role.SERVICE, password=None)
    assert scene.fail("sample.pipeline", PASSWORD).told is None


def test_a_code_is_asked_for_and_opens_once(tmp_path: Path) -> None:
    """Whoever looks over a shoulder cannot use the code again."""
    scene = Scene(tmp_path)
    secret = scene.enrol(scene.begin().cookie)
    assert scene.fail("sample.admin", PASSWORD).told is Reason.SECOND_FACTOR_MISSING
    assert scene.fail("sample.admin", PASSWORD, code="000000").told is Reason.WRONG_SECOND_FACTOR
    scene.wait(seconds=60)
    code = scene.code(secret)
    assert scene.enter("sample.admin", code=code).visitor.account == "sample.admin"
    assert scene.entries("session.opened")[-1].body["second_factor"] == "totp"
    assert scene.fail("sample.admin", PASSWORD, code=code).reason is Reason.WRONG_SECOND_FACTOR


def test_asking_for_the_code_counts_neither_as_failure_nor_as_success(tmp_path: Path) -> None:
    """Everybody with a second factor passes there; but whoever guesses codes must not start anew by it."""
    scene = Scene(tmp_path)
    scene.enrol(scene.begin().cookie)
    for _ in range(3 * FREE_FAILURES):
        assert scene.fail("sample.admin", PASSWORD).reason is Reason.SECOND_FACTOR_MISSING
    for _ in range(FREE_FAILURES):
        assert scene.fail("sample.admin", PASSWORD).reason is Reason.SECOND_FACTOR_MISSING
        assert scene.fail("sample.admin", PASSWORD, code="000000").reason is Reason.WRONG_SECOND_FACTOR
    assert scene.fail("sample.admin", PASSWORD).reason is Reason.LOCKED


def test_the_first_half_of_a_sign_in_is_on_record_when_the_second_does_not_come(tmp_path: Path) -> None:
    """Somebody knows the password and has no code: that is to be seen. Everybody who then gives the code is not refused."""
    scene = Scene(tmp_path)
    secret = scene.enrol(scene.begin().cookie)
    scene.wait(minutes=2)
    for _ in range(3):
        scene.fail("sample.admin", PASSWORD)
    scene.enter("sample.admin", code=scene.code(secret))
    scene.wait(minutes=6)
    scene.people.sweep()
    assert [entry.body["count"] for entry in scene.entries("session.refused")] == [2]
    scene.fail("sample.admin", PASSWORD)
    scene.enter("sample.admin", code=scene.code(secret))
    scene.people.close()
    assert [entry.body["count"] for entry in scene.entries("session.refused")] == [2]


def test_a_recovery_code_opens_once_and_is_recorded(tmp_path: Path) -> None:
    """It stands in for a lost device; a second use would be somebody else's."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    offered = scene.people.proving.begin_totp(opened.cookie, "Sample Company")
    enrolled = scene.people.proving.confirm_totp(opened.cookie, scene.code(offered.secret), PASSWORD)
    first = enrolled.recovery_codes[0]
    found = scene.enter("sample.admin", recovery_code=f" {first.upper()} ")
    assert found.visitor.account == "sample.admin"
    assert scene.entries("session.opened")[-1].body["second_factor"] == "recovery_code"
    assert scene.entries("account.credential")[-1].body["what"] == "recovery_code_used"
    assert scene.fail("sample.admin", PASSWORD, recovery_code=first).reason is Reason.WRONG_SECOND_FACTOR
    assert scene.people.proving.recovery_codes_left("sample.admin") == 9


def test_signing_in_ends_the_session_the_browser_held(tmp_path: Path) -> None:
    """A cookie put there by somebody else must not become a signed-in one, and none is left behind."""
    scene = Scene(tmp_path)
    before = scene.begin()
    planted = scene.people.sign_in("sample.admin", PASSWORD, replacing="a cookie that somebody planted")
    assert isinstance(planted, Opened)
    assert planted.cookie != "a cookie that somebody planted"
    after = scene.people.sign_in("sample.admin", PASSWORD, replacing=before.cookie)
    assert isinstance(after, Opened)
    assert scene.people.visit(before.cookie) is None
    assert scene.entries("session.ended")[-1].body["reason"] == "replaced"


def test_what_was_shown_is_in_no_representation(tmp_path: Path) -> None:
    """A traceback or a log line must not carry a password."""
    assert PASSWORD not in repr(Shown("sample", PASSWORD, "123456", "code"))
    assert isinstance(Scene(tmp_path).people.sign_in("\ud800\0", "\ud800"), Refusal)
