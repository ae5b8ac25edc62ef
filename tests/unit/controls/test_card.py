"""Translation cards: an answer for every question, and none where it is not known who runs the machines."""

from __future__ import annotations

import pytest

from proofbook.controls.card import check_card, load_cards
from proofbook.controls.hosting import Shape
from proofbook.errors import MalformedRecord


def test_there_are_32_and_every_question_category_has_some() -> None:
    """Whoever starts from one of the six questions finds cards for it."""
    cards = load_cards().cards
    assert [card.number for card in cards] == list(range(1, 33))
    assert {card.category for card in cards} == {"Q1", "Q2", "Q3", "Q4", "Q5", "Q6"}


def test_no_answer_is_given_while_the_shape_is_unknown_and_matters() -> None:
    """`No vendor sees our data` is wrong for a deployment somebody else operates; unknown is not the best case."""
    for card in load_cards().cards:
        if card.by_shape:
            assert card.reality_for(None) is None, card.number
        else:
            assert card.reality_for(None) == card.reality, card.number


def test_a_managed_deployment_gets_its_own_answers() -> None:
    """Nearly every sentence about own operation stops holding when somebody else operates."""
    own = {1, 2, 3, 4, 6, 7, 9, 10, 12, 15, 16, 22, 23, 24, 25, 29, 31, 32}
    for number in own:
        card = check_card(number)
        assert card.reality_for(Shape.MANAGED) not in {None, card.reality}, number
        assert "operator" in str(card.reality_for(Shape.MANAGED)), number


def test_a_shape_without_a_text_of_its_own_gets_the_general_one() -> None:
    """Own building is what the general text is written for."""
    card = check_card(9)
    assert card.reality_for(Shape.OWN_BUILDING) == card.reality == card.reality_for(Shape.COLOCATION)
    assert card.reality_for(Shape.IAAS) != card.reality


def test_answers_never_stop_at_not_applicable_and_always_state_a_limit() -> None:
    """An objective stands behind every question."""
    for card in load_cards().cards:
        texts = [card.reality, *(entry.text for entry in card.by_shape)]
        assert all("not applicable" not in text.lower() and len(text) > 60 for text in texts), card.number
        assert len({card.limit, card.trap, card.objective, card.reality}) == 4, card.number


def test_no_answer_holds_a_blank_for_the_shape() -> None:
    """Texts are whole sentences for each shape, not one sentence with a hole."""
    assert not [card.number for card in load_cards().cards for text in (card.reality, card.limit) if set("{}[]") & set(text)]


@pytest.mark.parametrize("invented", [0, 33, -1])
def test_a_card_that_does_not_exist_is_refused_by_number(invented: int) -> None:
    """The message must say which number was wrong."""
    with pytest.raises(MalformedRecord, match=f"card '{invented}' is not known"):
        check_card(invented)
