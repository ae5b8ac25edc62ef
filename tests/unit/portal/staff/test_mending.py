"""From a finding to the form, page or command that mends it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from proofbook.assessment.finding import Consequence, Finding
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, DISCLOSE, state_in, write_new
from proofbook.portal.staff.today.mending import derive_mending


def finding(fix: str, kind: str = "access.grant", name: str = "grant-1", **changed: str) -> Finding:
    """Something found."""
    told = {"check": "sample", "control": "LC-04", "what": f"{kind} {name}: sample", "scope": "help-desk", **changed}
    return Finding(told["check"], told["control"], kind, name, told["what"], fix, Consequence.EXCEPTION, told["scope"])


def fields(link: str | None) -> dict[str, list[str]]:
    """What a form is filled in with."""
    return parse_qs(urlsplit(link or "").query)


def test_record_that_must_say_more_opens_in_its_form() -> None:
    """One click from the finding to the field."""
    first = derive_mending(finding(state_in("access.grant", "grant-1", "the approver"))).first
    assert first is not None
    assert first.link == "/records/access.grant/grant-1/edit"


def test_record_that_is_missing_opens_filled_in_with_what_is_known() -> None:
    """Nobody should have to copy an id from one page to another."""
    found = finding(f"{write_new('access.review', 'it')}; else {DISCLOSE}", "occurrence", "LC-06/help-desk/2026-Q1")
    campaign, first, second = derive_mending(found).steps
    assert campaign.link == "/queues/access-reviews?system=help-desk", "doing it comes before writing it down"
    assert urlsplit(first.link or "").path == "/records/new/access.review"
    assert fields(first.link) == {"system": ["help-desk"], "interval": ["2026-Q1"]}
    assert urlsplit(second.link or "").path == "/records/new/control.exception"
    assert fields(second.link)["instances"] == ["LC-06/help-desk/2026-Q1"]
    assert fields(second.link)["control"] == ["LC-04"]


def test_disclosing_comes_after_what_mends() -> None:
    """Disclosing is what is left when nothing else helps."""
    fix = f"{DISCLOSE}; or {write_new('training')}"
    assert [each.words for each in derive_mending(finding(fix)).steps] == ["Record a training", "Disclose it"]


def test_what_cannot_be_undone_says_so() -> None:
    """A button that promises to mend it would be a lie."""
    mending = derive_mending(finding(CANNOT_BE_UNDONE))
    assert not mending.undone
    assert [each.words for each in mending.steps] == ["Disclose it"]


def test_command_stands_where_only_a_command_helps() -> None:
    """No page can hash files on another host."""
    mending = derive_mending(finding("proofbook collect model_store, on the host that holds it"))
    assert mending.first is not None
    assert mending.first.link is None
    assert mending.first.command.startswith("proofbook collect")


def test_kind_that_is_none_becomes_no_link() -> None:
    """The words of a finding may quote what somebody named."""
    mending = derive_mending(finding("see proofbook record get <script> x and proofbook record template nothing"))
    assert all(each.link is None for each in mending.steps)
