"""Links, passwords and second factors: who can set them, what the book says, and what an old store is worth."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from proofbook.errors import InputError, ProofbookError, RefusedError, StoreUnavailable
from proofbook.people.roles import Role
from proofbook.people.second_factor import derive_code, find_step
from proofbook.people.settings import SignInSettings
from proofbook.people.store import Store
from proofbook.people.visitor import Reason
from support.sample_people import OPERATOR, OTHER_PASSWORD, PASSWORD, START, Scene


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, SHA-1, cut to six digits."""
    secret = b"12345678901234567890"
    vectors = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
    assert {at: derive_code(secret, at // 30) for at in vectors} == vectors


def test_a_code_is_taken_one_step_early_and_late_and_not_twice() -> None:
    """Clocks of telephones differ; a seen code must not open again."""
    secret, present = bytes(20), int(START.timestamp()) // 30
    for drift in (-1, 0, 1):
        assert find_step(secret, derive_code(secret, present + drift), START, 0) == present + drift
        assert find_step(secret, derive_code(secret, present + drift), START, present + drift) is None
    assert find_step(secret, derive_code(secret, present + 2), START, 0) is None
    assert find_step(secret, "\ud800", START, 0) is None


def test_an_invitation_sets_a_password_once(tmp_path: Path) -> None:
    """Whoever finds the message later finds nothing."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.lead", Role.LEAD, password=None)
    link = scene.people.make_link("sample.lead", "invitation", OPERATOR)
    secret = link.path.removeprefix("/link/")
    for _ in range(2):
        account = scene.people.proving.look_at_link(secret)
        assert account is not None
        assert account.id == "sample.lead"
    with pytest.raises(InputError, match="shorter"):
        scene.people.use_link(secret, "short")
    scene.people.use_link(secret, PASSWORD)
    scene.enter("sample.lead")
    with pytest.raises(RefusedError, match="opens nothing"):
        scene.people.use_link(secret, OTHER_PASSWORD)
    assert not any(secret.encode() in data for data in scene.recorder.raw)
    told = [(entry.body["what"], entry.actor.id) for entry in scene.entries("account.credential")[-3:]]
    assert told == [("link_issued", "os:sample"), ("link_used", "sample.lead"), ("password_set", "sample.lead")]


def test_a_link_ends_with_its_time_or_with_the_next_one(tmp_path: Path) -> None:
    """One link at a time; an old message opens nothing."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.lead", Role.LEAD, password=None)
    first, second = (scene.people.make_link("sample.lead", "invitation", OPERATOR) for _ in range(2))
    assert scene.people.proving.look_at_link(first.path.removeprefix("/link/")) is None
    assert scene.people.proving.look_at_link(second.path.removeprefix("/link/")) is not None
    scene.wait(hours=72)
    assert scene.people.proving.look_at_link(second.path.removeprefix("/link/")) is None


def test_of_two_who_use_a_link_at_once_one_does(tmp_path: Path) -> None:
    """Or an intruder could set a password beside the holder's own."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.lead", Role.LEAD, password=None)
    secret = scene.people.make_link("sample.lead", "invitation", OPERATOR).path.removeprefix("/link/")
    begun, refused = threading.Barrier(4), []

    def use(password: str) -> None:
        begun.wait()
        try:
            scene.people.use_link(secret, password)
        except RefusedError as error:
            refused.append(error)

    threads = [threading.Thread(target=use, args=(f"sample words number {number}",)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(refused) == 3
    assert len([entry for entry in scene.entries("account.credential") if entry.body["what"] == "link_used"]) == 1


def test_a_reset_link_puts_everybody_out_and_leaves_the_second_factor(tmp_path: Path) -> None:
    """A link that travelled by mail must not open an account that asks for a code."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    secret = scene.enrol(opened.cookie)
    here = scene.people.sessions("sample.admin")
    link = scene.people.make_link("sample.admin", "reset", OPERATOR)
    scene.people.use_link(link.path.removeprefix("/link/"), OTHER_PASSWORD)
    assert here
    assert scene.people.sessions("sample.admin") == ()
    assert scene.fail("sample.admin", OTHER_PASSWORD).reason is Reason.SECOND_FACTOR_MISSING
    scene.wait(minutes=2)
    scene.enter("sample.admin", OTHER_PASSWORD, code=scene.code(secret))


def test_a_link_ends_a_wait(tmp_path: Path) -> None:
    """Whoever was locked out by somebody else's attempts asks an administrator, and comes in."""
    scene = Scene(tmp_path)
    scene.begin()
    for _ in range(5):
        scene.fail("sample.admin")
    link = scene.people.make_link("sample.admin", "reset", OPERATOR)
    scene.people.use_link(link.path.removeprefix("/link/"), OTHER_PASSWORD)
    scene.enter("sample.admin", OTHER_PASSWORD)


def test_no_link_for_whoever_could_not_use_it(tmp_path: Path) -> None:
    """Disabled accounts, services, accounts of a provider: the error says so."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.gone", Role.LEAD)
    scene.people.accounts.set_state("sample.gone", active=False, by=OPERATOR, because="sample leaver")
    scene.add("sample.pipeline", Role.SERVICE, password=None)
    scene.add("sample.other", Role.LEAD, password=None, sign_in="provider", issuer="https://id.example", provider_subject="7")
    for account in ("sample.gone", "sample.pipeline", "sample.other"):
        with pytest.raises(RefusedError):
            scene.people.make_link(account, "invitation", OPERATOR)
    with pytest.raises(InputError, match="no such account"):
        scene.people.make_link("sample.nobody", "invitation", OPERATOR)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234",
        "Password1234",
        "sample.admin",
        "SAMPLE ADMINISTRATOR",
        "aaaaaaaaaaaaaaa",
        "ababababababab",
        "x" * 1025,
    ],
)
def test_guessable_passwords_are_refused(tmp_path: Path, password: str) -> None:
    """Length counts; names, common ones and repetitions do not."""
    scene = Scene(tmp_path)
    with pytest.raises(InputError, match="password:"):
        scene.people.first_account("sample.admin", "Sample Administrator", password)
    assert not scene.people.accounts_exist()


def test_a_password_is_the_same_however_a_keyboard_writes_it(tmp_path: Path) -> None:
    """A composed and a decomposed letter look alike; its holder cannot know which was sent."""
    scene = Scene(tmp_path)
    scene.people.first_account("sample.admin", "Sample", "grüße an alle leute")
    scene.enter("sample.admin", "gru\u0308ße an alle leute")


def test_changes_take_the_present_password(tmp_path: Path) -> None:
    """A browser left open must not be enough to take an account over, however often somebody tries."""
    scene = Scene(tmp_path)
    cookie = scene.begin().cookie
    offered = scene.people.proving.begin_totp(cookie, "Sample Company")
    with pytest.raises(RefusedError, match="another"):
        scene.people.proving.confirm_totp(cookie, scene.code(offered.secret), OTHER_PASSWORD)
    for _ in range(4):
        with pytest.raises(RefusedError, match="another"):
            scene.people.proving.set_password(cookie, OTHER_PASSWORD, OTHER_PASSWORD)
    with pytest.raises(RefusedError, match="too many"):
        scene.people.proving.set_password(cookie, PASSWORD, OTHER_PASSWORD)
    assert scene.entries("account.credential")[-1].body["what"] == "password_set"
    assert len(scene.entries("account.credential")) == 1


def test_a_wrong_code_enrols_nothing(tmp_path: Path) -> None:
    """Somebody who mistypes must not be locked out of their account."""
    scene = Scene(tmp_path)
    cookie = scene.begin().cookie
    with pytest.raises(InputError, match="code:"):
        scene.people.proving.confirm_totp(cookie, "123456", PASSWORD)
    offered = scene.people.proving.begin_totp(cookie, "Sample Company")
    assert scene.people.proving.offered_totp(cookie, "Sample Company") == offered
    assert offered.uri == (
        f"otpauth://totp/Sample%20Company:sample.admin?secret={offered.secret}"
        "&issuer=Sample%20Company&algorithm=SHA1&digits=6&period=30"
    )
    with pytest.raises(InputError, match="code:"):
        scene.people.proving.confirm_totp(cookie, "000000", PASSWORD)
    scene.enter("sample.admin")


def test_recovery_codes_can_be_made_anew(tmp_path: Path) -> None:
    """The old sheet of paper opens nothing then."""
    scene = Scene(tmp_path)
    cookie = scene.begin().cookie
    with pytest.raises(RefusedError, match="there is none"):
        scene.people.proving.make_recovery_codes(cookie, PASSWORD)
    offered = scene.people.proving.begin_totp(cookie, "Sample Company")
    enrolled = scene.people.proving.confirm_totp(cookie, scene.code(offered.secret), PASSWORD)
    fresh = scene.people.proving.make_recovery_codes(enrolled.opened.cookie, PASSWORD)
    assert len({*fresh, *enrolled.recovery_codes}) == 20
    assert scene.fail("sample.admin", PASSWORD, recovery_code=enrolled.recovery_codes[0]).reason is Reason.WRONG_SECOND_FACTOR
    scene.enter("sample.admin", recovery_code=fresh[9])


def test_a_second_factor_is_given_up_or_reset_in_the_open(tmp_path: Path) -> None:
    """Each leaves an entry that names who did it; where the settings ask for one, its holder cannot give it up."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    scene.enrol(opened.cookie)
    scene.people.proving.reset_second_factor("sample.admin", OPERATOR)
    assert (scene.entries("account.credential")[-1].actor.id, scene.people.sessions()) == ("os:sample", ())
    with pytest.raises(RefusedError, match="has no second factor"):
        scene.people.proving.reset_second_factor("sample.admin", OPERATOR)
    again = scene.enter("sample.admin")
    offered = scene.people.proving.begin_totp(again.cookie, "Sample Company")
    scene.wait(minutes=1)
    enrolled = scene.people.proving.confirm_totp(again.cookie, scene.code(offered.secret), PASSWORD)
    scene.settings = SignInSettings(second_factor="everyone")
    with pytest.raises(RefusedError, match="must have"):
        scene.open(scene.store).proving.remove_totp(enrolled.opened.cookie, PASSWORD)
    after = scene.people.proving.remove_totp(enrolled.opened.cookie, PASSWORD)
    assert scene.people.visit(after.cookie) is not None
    scene.enter("sample.admin")


def test_a_lost_store_makes_nobody_anybody(tmp_path: Path) -> None:
    """Roles stand in the book; the door stays shut until an operator makes a link, and there is no second first account."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    secret = scene.enrol(opened.cookie)
    lost = scene.open(Store(tmp_path / "new" / "people.sqlite"))
    assert lost.accounts_exist()
    assert lost.visit(opened.cookie) is None
    with pytest.raises(ProofbookError, match="already"):
        lost.first_account("sample.intruder", "Sample Intruder", PASSWORD)
    scene.people = lost
    assert scene.fail("sample.admin", PASSWORD).reason is Reason.STALE_CREDENTIALS
    lost.use_link(lost.make_link("sample.admin", "reset", OPERATOR).path.removeprefix("/link/"), OTHER_PASSWORD)
    scene.wait(minutes=2)
    assert scene.fail("sample.admin", OTHER_PASSWORD, code=scene.code(secret)).reason is Reason.STALE_CREDENTIALS
    lost.proving.reset_second_factor("sample.admin", OPERATOR)
    scene.enter("sample.admin", OTHER_PASSWORD)


def test_a_store_from_a_backup_brings_back_no_password_link_or_factor(tmp_path: Path) -> None:
    """Restoring a file must not undo what was changed since: only what the book names as the newest opens anything."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    scene.add("sample.lead", Role.LEAD, password=None)
    link = scene.people.make_link("sample.lead", "invitation", OPERATOR).path.removeprefix("/link/")
    backup = tmp_path / "backup.sqlite"
    scene.store.close()
    backup.write_bytes(scene.path.read_bytes())
    scene.people = scene.open(Store(scene.path))
    scene.people.use_link(link, PASSWORD)
    after = scene.people.proving.set_password(opened.cookie, PASSWORD, OTHER_PASSWORD)
    secret = scene.enrol_with(after.cookie, OTHER_PASSWORD)
    scene.people = scene.open(Store(backup))
    assert scene.fail("sample.admin", PASSWORD).reason is Reason.STALE_CREDENTIALS
    assert scene.fail("sample.admin", OTHER_PASSWORD, code=scene.code(secret)).reason is Reason.STALE_CREDENTIALS
    assert scene.people.proving.look_at_link(link) is None
    assert scene.fail("sample.lead", PASSWORD).reason is Reason.STALE_CREDENTIALS


def test_another_key_opens_no_second_factor(tmp_path: Path) -> None:
    """A lost key must not turn an account with two factors into one with one."""
    scene = Scene(tmp_path)
    secret = scene.enrol(scene.begin().cookie)
    scene.people = scene.open(scene.store, key=bytes(32))
    scene.wait(minutes=2)
    assert scene.fail("sample.admin", PASSWORD).reason is Reason.SECOND_FACTOR_MISSING
    assert scene.fail("sample.admin", PASSWORD, code=scene.code(secret)).reason is Reason.STALE_CREDENTIALS


def test_a_damaged_store_lets_nobody_in(tmp_path: Path) -> None:
    """And says what to do."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.store.close()
    scene.path.write_bytes(b"not a database, sample " * 400)
    with pytest.raises(StoreUnavailable) as raised:
        Store(scene.path)
    assert "proofbook user link" in str(raised.value)


def test_the_store_is_its_owners_alone_and_holds_no_plain_secret(tmp_path: Path) -> None:
    """Whoever copies it still has to guess."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    offered = scene.people.proving.begin_totp(opened.cookie, "Sample Company")
    enrolled = scene.people.proving.confirm_totp(opened.cookie, scene.code(offered.secret), PASSWORD)
    scene.add("sample.lead", Role.LEAD, password=None)
    link = scene.people.make_link("sample.lead", "invitation", OPERATOR).path.removeprefix("/link/")
    assert scene.path.stat().st_mode & 0o777 == 0o600
    assert scene.path.parent.stat().st_mode & 0o777 == 0o700
    kept = b"".join(path.read_bytes() for path in scene.path.parent.iterdir())
    plain = [PASSWORD, offered.secret, link, opened.cookie, enrolled.opened.cookie, *enrolled.recovery_codes]
    assert not [each for each in plain if each.encode() in kept or each.replace("-", "").encode() in kept]


def test_nothing_is_kept_that_the_book_could_not_record(tmp_path: Path) -> None:
    """A new password that nobody knows of would be a back door."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    scene.recorder.fail_with = StoreUnavailable("sample: full")
    with pytest.raises(StoreUnavailable):
        scene.people.proving.set_password(opened.cookie, PASSWORD, OTHER_PASSWORD)
    scene.recorder.fail_with = None
    scene.enter("sample.admin", PASSWORD)
    assert scene.people.visit(opened.cookie) == opened.visitor
