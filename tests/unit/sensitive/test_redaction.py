"""Redacted views show everything but what was found, and nothing that was not looked at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proofbook.sensitive.classes import ALL_CLASSES, EXPLAINED, LONGEST, SensitiveKind
from proofbook.sensitive.finding import find_spans
from proofbook.sensitive.redaction import HIDDEN, redact
from support.labelled_texts import LABELLED

TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.one_of(st.sampled_from([each.data.decode() for each in LABELLED]), st.text(max_size=20)), max_size=5).map(
        " ".join
    ),
)


def test_spans_are_replaced_by_markers() -> None:
    """The reader sees what kind of thing stood there, and all the rest."""
    found = redact("Card 4111 1111 1111 1111, café of ada@example.org.")
    assert found.text == "Card [card number], café of [e-mail address]."
    assert found.counts == {SensitiveKind.PAYMENT_CARD: 1, SensitiveKind.EMAIL: 1}
    assert found.whole


def test_only_classes_asked_for_are_replaced() -> None:
    """An export may leave addresses in and still hide cards."""
    assert redact("4111111111111111 ada@example.org", (SensitiveKind.EMAIL,)).text == "4111111111111111 [e-mail address]"


@given(TEXTS)
def test_what_is_outside_the_spans_stays_as_it_was(text: str) -> None:
    """Redaction must not rewrite evidence beyond what it hides; lone surrogates and all."""
    data = text.encode("utf-8", "surrogatepass")
    pieces, place = [], 0
    for span in find_spans(data).spans:
        pieces += [data[place : span.start], EXPLAINED[span.kind].marker.encode()]
        place = span.end
    assert redact(text).text == b"".join((*pieces, data[place:])).decode("utf-8", "surrogatepass")


@given(TEXTS)
def test_markers_are_not_found_themselves(text: str) -> None:
    """A view of a view is the same view; a marker that counted as data would inflate figures."""
    assert not find_spans(" ".join(EXPLAINED[each].marker for each in ALL_CLASSES).encode()).spans
    once = redact(text)
    assert once.whole


def test_every_labelled_span_that_is_found_is_gone() -> None:
    """Nothing of what was found may be left in the text."""
    for each in LABELLED:
        shown = redact(each.data.decode()).text
        for span in find_spans(each.data).spans:
            assert each.data[span.start : span.end].decode() not in shown


def test_what_cannot_be_examined_to_the_end_is_hidden() -> None:
    """'Too much to look at' must not become 'nothing found'."""
    assert redact("x" * (LONGEST + 1)) == (HIDDEN, {}, False)
    assert redact("+1 212 555 0100, " * 2500).text == HIDDEN
