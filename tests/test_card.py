"""Tests of course_utils.deploy.card: the card says what the facts say, and does nothing else."""

from __future__ import annotations

import pytest
from small_model import SMALL_MODEL, small_model

from course_utils.deploy.artifact import content_hash, to_bytes
from course_utils.deploy.card import model_card

SAYS = [
    "# small houses\n\nAn example, for no decision.",
    "It predicts **price** (thousands of dollars) from 2 features, 1 of them with a coefficient that is not zero.",
    content_hash(to_bytes(SMALL_MODEL)),
    "from 2,925 rows; their SHA-256 is `" + "0" * 64,
    "Made with Python 3.11.7, numpy 2.4.6",
    "||coefficients||_1 with Z = (X - mean) / scale` with lam = 5;",
    "root mean squared error: 30.5, 95% interval 28 to 33.1",
    "The outcome lies between prediction -50.5 and prediction +50.5 with a probability of 90%.",
    "| living area | square feet | 300 to 3900 | 0 to 5700 | 30.1 | 0.06271 |",
    "| quality | rating 1-10 | 1 to 10 | 1 to 10 | 0 | 0 |",
]


@pytest.mark.parametrize("words", SAYS)
def test_the_card_says_the_facts(words):
    assert words in model_card(SMALL_MODEL)


def test_a_model_that_was_not_measured_says_so():
    card = model_card(small_model(metrics=(), spread=None, versions=()))
    assert "Nothing was measured." in card
    assert "It gives no interval with a prediction." in card
    assert "Made with unknown versions" in card


def test_a_name_cannot_become_markup():
    card = model_card(small_model(name="<b>*x*</b>", units=("a|b", "[c](http://d)")))
    assert card.startswith(r"# \<b\>\*x\*\</b\>")
    assert r"| a\|b |" in card
    assert r"| \[c\](http://d) |" in card


def test_braces_in_a_name_are_shown_as_they_are():
    assert model_card(small_model(name="{sha256}")).startswith(r"# \{sha256\}")
