"""The table of self-tests: closed, the same as what controls name, described on a page, pure, and quick on a large book."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest

from proofbook.assessment.facts import Facts
from proofbook.assessment.selftests.table import CHECKS, EVERYWHERE, describe_checks
from proofbook.controls.control import load_controls
from proofbook.readmodel.documents import DocumentVersion
from support.sound_records import sound_year

PAGE = Path(__file__).parents[4] / "docs" / "audit" / "self-tests.md"
SEVERAL = 100_000


def test_controls_name_self_tests_that_exist_and_every_one_is_named() -> None:
    """A name that leads nowhere would never be run; a self-test that nothing names neither."""
    assert {name for control in load_controls().controls for name in control.checks} == set(CHECKS)


def test_the_page_is_what_the_docstrings_say() -> None:
    """What an auditor reads about a self-test is what stands beside its code."""
    assert PAGE.read_text(encoding="utf-8") == describe_checks()


@pytest.mark.parametrize("check", [*CHECKS.values(), *EVERYWHERE.values()], ids=lambda check: check.__name__)
def test_every_docstring_says_what_is_looked_at(check: object) -> None:
    """The page is made of them."""
    text = check.__doc__ or ""
    assert text.startswith(("Looks at", "Looks for"))
    if getattr(check, "__name__", "") in CHECKS:
        assert all(word in text for word in ("Met:", "Unknown:"))


def test_no_word_that_concludes_anything_is_used() -> None:
    """Self-tests are management's own; conclusions are the auditor's."""
    sources = Path(CHECKS["log_complete"].__code__.co_filename).parent.glob("*.py")
    texts = [describe_checks(), *(path.read_text(encoding="utf-8") for path in sources)]
    for word in ("compliant", " passed.", "no exceptions", "control is effective"):
        assert not any(word in text.casefold() for text in texts), word


def test_self_tests_leave_the_facts_as_they_are_and_say_the_same_twice() -> None:
    """They are pure: the order in which they run changes nothing."""
    facts = sound_year({("access.grant", "g-5"): {"approved_at": None}})
    before = copy.deepcopy(facts.histories)
    first = [check(facts, "LC-99") for check in CHECKS.values()]
    assert [check(facts, "LC-99") for check in reversed(tuple(CHECKS.values()))] == first[::-1]
    assert facts.histories == before


def large(facts: Facts, several: int) -> Facts:
    """The year many times over: every record under other ids, in other systems, with what it refers to renamed alike."""
    histories = dict(facts.histories)
    copies = several // sum(len(each) for each in histories.values())
    for number in range(copies):
        for (kind, name), versions in facts.histories.items():
            histories[kind, f"{name}-{number}"] = tuple(_renamed(each, number) for each in versions)
    return replace(facts, histories=histories, book_size=several * 2)


def _renamed(version: DocumentVersion, number: int) -> DocumentVersion:
    body = dict(version.body)
    for field in ("system", "reviewer", "subject_id", "person"):
        if isinstance(body.get(field), str):
            body[field] = f"{body[field]}-{number % 40}"
    return replace(version, id=f"{version.id}-{number}", entry=f"{version.entry[:-6]}{number:06d}", body=body)


def test_a_hundred_thousand_versions_take_seconds() -> None:
    """The page of today is asked for many times a day, over years of records."""
    facts = large(sound_year(), SEVERAL)
    began = process_time()
    for name, check in CHECKS.items():
        outcome = check(facts, "LC-99")
        assert outcome.check == name
    for everywhere in EVERYWHERE.values():
        everywhere(facts)
    assert process_time() - began < 20  # some seconds on a free machine; a check that is quadratic takes minutes
