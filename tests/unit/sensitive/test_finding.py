"""What is found, what is left alone, and that nobody can make looking expensive."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.sensitive.classes import ALL_CLASSES, LONGEST, SensitiveKind
from proofbook.sensitive.finding import RULES, find_spans
from support.labelled_texts import LABELLED, LabelledText

DOCUMENTED_MISSES = {
    b"hunter2hunter",
    b"de89370400440532013000",
    b"536904399",
    b"3 May 2020",
    "用户@例子.广告".encode(),
    b"020 7946 0958",
}


@pytest.mark.parametrize("sample", LABELLED, ids=lambda sample: sample.data[:40].decode("utf-8", "replace"))
def test_labelled_spans_are_found_and_nothing_else_is(sample: LabelledText) -> None:
    """Counts are shown to auditors: what looks like data and is none must not be counted, and what is documented must be."""
    found = set(find_spans(sample.data).spans)
    labelled = set(sample.spans)
    assert found <= labelled
    assert {sample.data[span.start : span.end] for span in labelled - found} <= DOCUMENTED_MISSES


def test_only_the_classes_asked_for_are_found() -> None:
    """An operator who does not look for addresses must not be told of them."""
    text = b"ada@example.org paid with 4111 1111 1111 1111"
    assert [span.kind for span in find_spans(text, (SensitiveKind.EMAIL,)).spans] == [SensitiveKind.EMAIL]
    assert find_spans(text, ()).spans == ()


def test_more_certain_class_has_precedence() -> None:
    """A password that ends in what looks like an address is one secret, not a secret and an address."""
    found = find_spans(b"postgres://app:h7!kfPw2x@db.example.org/prod").spans
    assert [span.kind for span in found] == [SensitiveKind.SECRET]


@given(st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_spans_lie_within_the_text_in_order(text: bytes) -> None:
    """Whatever the bytes are: nothing outside, nothing overlapping, nothing raised."""
    spans = find_spans(text).spans
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= two.start for one, two in pairwise(spans))


@given(st.lists(st.sampled_from([each.data for each in LABELLED]), min_size=1, max_size=6), st.data())
def test_found_however_texts_are_put_together(parts: list[bytes], data: st.DataObject) -> None:
    """A paragraph before or after must not hide what stands on a line of its own."""
    apart = sum(len(find_spans(part).spans) for part in parts)
    between = data.draw(st.sampled_from([b"\n\n" + b"-" * 60 + b"\n\n", b"\n" + b"filler words here " * 5 + b"\n"]))
    assert len(find_spans(between.join(parts)).spans) == apart


HOSTILE = (
    b"4", b"4 ", b"4111 1111 1111 1112 ", b"GB00", b"GB29 ", b"a@", b"a@b.", b"+1", b"+1 212 555 0100 ", b"1.", b"1.1.1.1 ", b"a:",
    b"eyJ", b"eyJa.", b"eyJa.eyJa.", b"a://b:", b"://", b"-----BEGIN PRIVATE KEY-----", b"-----BEGIN PRIVATE KEY-----a-",
    b"dob: ", b"password=", b"password=ab1!cdef ", b"aws key ", b"bsn 123456789 ", b"sk-", b"\xff", b"\n", b"-", b"a", b"a.",
    b"\xc2\xa0", b"1\xc2\xa0", b"RSSMRA85", b"850730-033",
)  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE, ids=lambda unit: repr(unit)[:24])
def test_time_grows_no_faster_than_the_text(unit: bytes) -> None:
    """Eight times the text may not cost much more than eight times the work, however the text was made: quadratic would be 64."""

    def cost(size: int) -> float:
        text = unit * (size // len(unit))
        best = float("inf")
        for _ in range(2):
            begun = time.process_time()
            find_spans(text)
            best = min(best, time.process_time() - begun)
        return best

    assert cost(64 * 1024) <= 30 * max(cost(8 * 1024), 0.0002)


def test_candidates_are_counted_and_running_out_is_said() -> None:
    """Work on one text is bounded; what was not checked is not 'none'."""
    many = b"+1 212 555 0100, " * 2500
    found = find_spans(many, (SensitiveKind.PHONE,))
    assert found.unfinished == {SensitiveKind.PHONE}
    assert len(found.spans) < 2500
    assert find_spans(many[: 17 * 100], (SensitiveKind.PHONE,)).unfinished == frozenset()


def test_text_beyond_the_bound_is_a_mistake_of_the_caller() -> None:
    """Who calls cuts first, and records that it did."""
    with pytest.raises(RuntimeError):
        find_spans(b"x" * (LONGEST + 1))


def test_rules_are_named_once_and_every_class_has_one() -> None:
    """A class that is offered and never looked for would always be zero."""
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {rule.kind for rule in RULES} == set(ALL_CLASSES)
