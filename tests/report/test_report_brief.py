"""A forecast in a paragraph and a picture: numbers with words, and never without its status."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from matplotlib.ft2font import FT2Font

from forecast.report.card import card_words, write_card
from forecast.report.glyphs import FONTS, fitted, missing_glyphs, text_width
from forecast.report.paragraph import brief_paragraph
from forecast.report.view import View

SVG = "{http://www.w3.org/2000/svg}"


def paragraph(view: View) -> str:
    return brief_paragraph(view, stage="draft", short_id="20250509-3f1")


def with_status(view: View, status: str, *reasons: str) -> View:
    return view.model_copy(
        update={"diagnostics": view.diagnostics.model_copy(update={"status": status, "reasons": reasons})}
    )


def test_the_paragraph_has_dates_numbers_words_ranges_confidence_and_the_entry(view: View) -> None:
    said = paragraph(view)
    assert said.startswith(
        "Paths out of the Russia-Ukraine war, 2025: forecast as of 9 May 2025. The likeliest outcome"
    )
    assert "by 31 December 2025 is “The war goes on as it is”: 58%, likely or probable." in said
    assert "Its 80% range, over parameters and present drivers, is 41\N{EN DASH}73%" in said
    assert "“A truce holds to the horizon” 17%, highly unlikely (8\N{EN DASH}29%)" in said
    assert "Confidence in this assessment is" in said
    assert "Without the evidence, the same assumptions gave “The war goes on as it is” 51%." in said
    assert said.endswith("PHIA yardstick. Ledger entry 20250509-3f1, draft.")


@pytest.mark.parametrize(
    ("status", "begins"), [("FAIL", "NOT TO BE RELIED ON: "), ("REVIEW", "Under review: ")], ids=["FAIL", "REVIEW"]
)
def test_what_must_not_be_trusted_says_so_first_in_words_and_picture(
    view: View, status: str, begins: str, tmp_path: Path
) -> None:
    doubtful = with_status(view, status, "R-hat 1.03 is too large")
    assert paragraph(doubtful).startswith(begins)
    assert "R-hat 1.03 is too large" in paragraph(doubtful)
    assert card_words(doubtful).startswith(f"{status}: the diagnostics")
    good, bad = (
        write_card(shown, tmp_path, name=name, stage="draft").svg.read_text("utf-8")
        for name, shown in (("good", view), ("bad", doubtful))
    )
    wash = {"FAIL": "#fdecea", "REVIEW": "#fff4d6"}[status]
    assert wash in bad
    assert wash not in good


def test_outcomes_too_close_to_rank_are_both_told(view: View) -> None:
    first, *others, last = view.outcomes
    tied = view.model_copy(
        update={"outcomes": (first.model_copy(update={"probability": last.probability - 0.005}), *others, last)}
    )
    assert "are too close to rank" in paragraph(tied)
    assert "The 80% ranges, over parameters and present drivers, are" in paragraph(tied)


def test_the_card_is_the_same_twice_named_and_carries_the_hash(view: View, tmp_path: Path) -> None:
    first, second = (write_card(view, tmp_path / name, name="card", stage="published") for name in "ab")
    assert first.png.read_bytes() == second.png.read_bytes()
    assert first.svg.read_bytes() == second.svg.read_bytes()
    assert first.png.read_bytes().startswith(b"\x89PNG")
    root = ET.fromstring(first.svg.read_text("utf-8"))  # noqa: S314 - our own file
    assert root.get("role") == "img"
    named = [root.find(f"{SVG}title"), root.find(f"{SVG}desc")]
    assert [item is not None and item.get("id") for item in named] == (root.get("aria-labelledby") or "").split()
    assert "20250509-3f1c9a" in (root.findtext(f"{SVG}desc") or "")
    assert b"20250509-3f1c9a" in first.png.read_bytes()  # in the description inside the file
    assert [path.name for path in sorted((tmp_path / "a").iterdir())] == ["card.png", "card.svg"]


@pytest.mark.parametrize(
    "text",
    ["</title><script>alert(1)</script> $x^2$ & <b>", "שלום 中文 🚀", "W" * 10_000],
    ids=["markup", "scripts", "long"],
)
def test_a_hostile_text_stays_text(
    view: View, text: str, replace_texts: Callable[[View, str], View], tmp_path: Path
) -> None:
    hostile = replace_texts(view, text)
    files = write_card(hostile, tmp_path, name="card", stage="draft")
    root = ET.fromstring(files.svg.read_text("utf-8"))  # noqa: S314 - our own file
    assert root.findtext(f"{SVG}title") == hostile.title
    assert not list(root.iter(f"{SVG}script"))
    assert hostile.title in paragraph(hostile)


def test_characters_without_a_letter_are_found_and_those_without_a_shape_are_not() -> None:
    assert missing_glyphs({"a": ["Ω é “” שלום", ("中文中", 1, None)]}) == "中文"
    assert missing_glyphs("a\u200b\u200d\u202e\n\x07") == ""


@pytest.mark.parametrize("text", ["W" * 500, "a few plain words", "中文" * 100, "x " * 300, ""])
def test_a_text_is_broken_within_its_width_and_no_sooner(text: str) -> None:
    rows = fitted(text, 120, 10, lines=3).split("\n")
    assert len(rows) <= 3
    assert all(text_width(row, 10) <= 120 for row in rows)
    assert "…" in rows[-1] or "".join(rows).replace(" ", "") == text.replace(" ", "")
    assert ("…" in rows[-1]) == (text_width(text.strip(), 10) > 360)


def test_the_width_of_a_text_is_that_of_the_font() -> None:
    font = FT2Font(str(FONTS / "DejaVuSans.ttf"))
    font.set_size(10, 72)
    for text in ("The grind goes on", "WAVE", "iiii"):
        font.set_text(text, 0.0)
        width, _ = font.get_width_height()
        assert text_width(text, 10) == pytest.approx(width / 64, rel=0.1)  # hinting and kerning
