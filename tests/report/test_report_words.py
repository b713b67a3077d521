"""The yardstick at every boundary, rounding by Monte Carlo error, and the rule for confidence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.report.words import (
    EvidenceBase,
    as_shown,
    confidence,
    format_date,
    format_error,
    format_number,
    format_probability,
    format_range,
    join_words,
    phia_term,
    signed,
    spanned_terms,
    split_links,
)

TINY = 1e-6


@pytest.mark.parametrize(
    ("term", "low", "high"),
    [
        ("highly unlikely", 0.10, 0.20),
        ("unlikely", 0.25, 0.35),
        ("likely or probable", 0.55, 0.75),
        ("highly likely", 0.80, 0.90),
    ],
)
def test_closed_terms_hold_their_ends_and_nothing_outside(term: str, low: float, high: float) -> None:
    assert phia_term(low) == phia_term(high) == phia_term((low + high) / 2) == term
    assert phia_term(low - TINY) is None
    assert phia_term(high + TINY) is None


def test_open_terms() -> None:
    assert phia_term(0.0) is None
    assert phia_term(TINY) == phia_term(0.05) == "remote chance"
    assert phia_term(0.05 + TINY) is None
    assert phia_term(0.40 - TINY) is None
    assert phia_term(0.40) == phia_term(0.50 - TINY) == "realistic possibility"
    assert phia_term(0.50) is None
    assert phia_term(0.95 - TINY) is None
    assert phia_term(0.95) == phia_term(1 - TINY) == "almost certain"
    assert phia_term(1.0) is None


@pytest.mark.parametrize(
    ("low", "high", "terms"),
    [
        (0.12, 0.18, ("highly unlikely",)),
        (0.06, 0.09, ()),
        (0.20, 0.25, ("highly unlikely", "unlikely")),
        (0.08, 0.37, ("highly unlikely", "unlikely")),
        (0.0, 0.04, ("remote chance",)),
        (0.50, 0.54, ()),
        (0.49, 0.55, ("realistic possibility", "likely or probable")),
        (0.96, 1.0, ("almost certain",)),
    ],
)
def test_spanned_terms(low: float, high: float, terms: tuple[str, ...]) -> None:
    assert spanned_terms(low, high) == terms


@pytest.mark.parametrize(
    ("probability", "mcse", "text"),
    [
        (0.2349, 0.004, "23%"),
        (0.0049, 0.001, "<1%"),
        (0.9951, 0.001, ">99%"),
        (0.005, 0.001, "1%"),
        (0.0, 0.0, "0%"),
        (1.0, 0.0, "100%"),
        (0.23, 0.02, "25%"),
        (0.02, 0.02, "<5%"),
        (0.985, 0.02, ">95%"),
        (0.23, 0.08, "20%"),
    ],
)
def test_no_more_digits_than_the_error_supports(probability: float, mcse: float, text: str) -> None:
    assert format_probability(probability, mcse) == text


@given(st.floats(0.0001, 0.9999), st.floats(0, 0.2))
def test_the_word_belongs_to_the_number_printed(probability: float, mcse: float) -> None:
    text = format_probability(probability, mcse)
    term = phia_term(as_shown(probability, mcse))
    if text[0] == "<":
        assert term == ("remote chance" if probability <= 0.05 else None)
    elif text[0] == ">":
        assert term == ("almost certain" if probability >= 0.95 else None)
    else:
        assert term == phia_term(int(text.removesuffix("%")) / 100)


def test_ranges_errors_numbers_and_dates() -> None:
    assert format_range(0.15, 0.34) == "15\N{EN DASH}34%"
    assert format_range(0.001, 0.04) == "<1% to 4%"
    assert format_range(0.231, 0.234) == "23%"
    assert [format_error(mcse) for mcse in (0.0004, 0.0041, 0.0123)] == ["<0.1", "0.4", "1"]
    assert [format_number(x) for x in (0, 0.0831, -2.5, 1204.4, 1e9)] == [
        "0",
        "0.0831",
        "\N{MINUS SIGN}2.5",
        "1,204",
        "1.00e+09",
    ]
    assert [signed(x) for x in (2.0, -0.04, -1.26)] == ["+2", "0", "\N{MINUS SIGN}1.3"]
    assert format_date(date(2025, 5, 9)) == "9 May 2025"
    assert [join_words(list(words)) for words in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


def test_only_http_addresses_are_links() -> None:
    assert split_links("Paper; https://a.org/x, then") == [
        ("Paper; ", False),
        ("https://a.org/x", True),
        (", then", False),
    ]
    assert split_links("javascript:alert(1) data:text/html,x") == [("javascript:alert(1) data:text/html,x", False)]


@given(st.text(alphabet="ab .,;)htps:/", max_size=40))
def test_cutting_links_loses_no_character(text: str) -> None:
    assert "".join(piece for piece, _ in split_links(text)) == text


@pytest.mark.parametrize(
    ("base", "level"),
    [
        (EvidenceBase(50, 34, 30, "PASS", 0.3), "high"),
        (EvidenceBase(49, 49, 0, "PASS", 0.3), "moderate"),
        (EvidenceBase(60, 60, 0, "PASS", 0.2), "moderate"),
        (EvidenceBase(60, 39, 0, "PASS", 0.3), "moderate"),
        (EvidenceBase(60, 60, 31, "PASS", 0.3), "moderate"),
        (EvidenceBase(60, 60, 0, "REVIEW", 0.3), "moderate"),
        (EvidenceBase(60, 60, 0, "FAIL", 0.3), "low"),
        (EvidenceBase(9, 9, 0, "PASS", 0.3), "low"),
        (EvidenceBase(60, 19, 0, "PASS", 0.3), "low"),
        (EvidenceBase(60, 60, 91, "PASS", 0.3), "low"),
        (EvidenceBase(0, 0, None, "PASS", 0.3), "low"),
    ],
)
def test_confidence_follows_its_rule_and_names_no_likelihood(base: EvidenceBase, level: str) -> None:
    judged = confidence(base)
    assert judged.level == level
    assert f"is {level}" in judged.sentence
    assert "likely" not in judged.sentence
    assert "%" not in judged.sentence
