"""The two comparisons of the report: on screen, on paper, and only where there is something to compare."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forecast.report.drawings import draw_all
from forecast.report.html import render_html
from forecast.report.page import build_page
from forecast.report.view import View
from forecast.report.write import write_reports

MINUS = "\N{MINUS SIGN}"
NAMES = ("collapse", "settlement", "deal_holds", "deal_failed", "us_exit", "war_continues")


def reference_class(name: str, *, k: float | None = 0.3, trusted: bool = True, first: float = 0.02) -> dict:
    changes = [first, 0.0, -0.001, 0.0, 0.0, -first + 0.001]
    return {
        "name": name,
        "instead_of": ["wars like it"],
        "rates": [
            {
                "transition": "war->truce", "events": 23, "exposure_years": 850.3, "used_events": 3,
                "used_exposure_years": 19.1, "reason": f"Why {name}.", "source": "https://example.org/wars",
            }
        ],
        "outcomes": [
            {"name": outcome, "probability": 0.1 + change, "difference": change, "difference_mcse": 0.002}
            for outcome, change in zip(NAMES, changes, strict=True)
        ],
        "pareto_k": k,
        "trusted": trusted,
    }  # fmt: skip


def claim(text: str, verdict: str) -> dict:
    number = {
        "key": "transitions.war->truce.hazard_ratio.momentum", "unit": "times", "prior": [1.5, 4.0],
        "posterior": [1.4, 3.8], "contraction": 0.07, "contraction_mcse": 0.01, "shift": -0.31, "shift_mcse": 0.02,
    }  # fmt: skip
    return {"by": "Article A", "text": text, "assumption": number, "verdict": verdict}


@pytest.fixture(scope="module")
def compared(view: View) -> View:
    document = view.model_dump(mode="json") | {
        "reference_classes": [
            reference_class("first others"),
            reference_class("second <others>", k=0.82, trusted=False, first=-0.031),
            *(reference_class(f"class {i}", k=None) for i in range(2)),
        ],
        "claims": [claim("Nothing came of it.", "not moved"), claim("It <b>grew</b>.", "strengthened")],
    }
    return View.model_validate(document)


def text_of(view: View) -> str:
    html = render_html(build_page(view), draw_all(view))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<main") :]))


def test_the_tables_say_what_the_view_says(compared: View) -> None:
    section = build_page(compared).reference_classes
    assert section is not None
    assert [len(table.header) for table in section.tables] == [5, 3]  # three classes abreast, then the fourth
    table = section.tables[0]
    assert table.header == ("Outcome", "As used", "first others", "second <others> †", "class 0")
    rows = {row[0]: row for row in table.rows}
    _, used, cells = rows["The defence breaks and Kyiv negotiates alone"]
    assert used == "4%"
    assert cells[0] == ("12%", "+2.0 ± 0.2")
    assert cells[1] == ("7%", f"{MINUS}3.1 ± 0.2")
    assert next(iter(rows)) == "The war goes on as it is"  # the likeliest first, as elsewhere
    assert "uses wars like it." in section.summary
    assert "+3.2 points, under second <others>" in section.summary
    assert [bool(note.flag) for note in section.notes] == [False, True, False, False]
    assert "Pareto k 0.82" in section.notes[1].flag
    assert section.notes[0].rates[0][:2] == ("war → truce", "23 in 850 years instead of 3 in 19.1")


def test_claims_that_moved_come_first(compared: View) -> None:
    table = build_page(compared).claims
    assert table is not None
    assert table.summary == "The evidence has moved 1 of 2 claims."
    assert [row.verdict for row in table.rows] == ["strengthened", "not moved"]
    row = table.rows[0]
    assert (row.number, row.prior, row.posterior) == ("war → truce: hazard ratio, momentum", "1.5 to 4", "1.4 to 3.8")
    assert (row.contraction, row.shift) == ("7% ± 1", f"{MINUS}0.31 ± 0.02 sd")


def test_html_shows_both_and_escapes_them(compared: View) -> None:
    text = text_of(compared)
    assert "Sensitivity to the reference class" in text
    assert "second &lt;others&gt; †" in text
    assert "Claims and what the evidence did to them" in text
    assert "It &lt;b&gt;grew&lt;/b&gt;." in text


def test_both_are_set_on_paper(compared: View, view: View, tmp_path: Path) -> None:
    """Paper holds them: it needs at least a page more, in the same fonts and under the same standard."""
    with_them = write_reports(compared, tmp_path / "with", name="forecast", paper="letter").pdf.read_bytes()
    without = write_reports(view, tmp_path / "without", name="forecast", paper="letter").pdf.read_bytes()
    pages = [len(re.findall(rb"/Type\s*/Page\b", pdf)) for pdf in (with_them, without)]
    assert pages[0] > pages[1]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '#let x = 1 *b* $x^2$ #read("/etc/passwd")', "W" * 3000])
def test_texts_of_the_case_stay_texts(compared: View, text: str, tmp_path: Path) -> None:
    classes = tuple(
        item.model_copy(update={"name": text, "instead_of": (text,), "rates": (rate,)})
        for item in compared.reference_classes[:1]
        for rate in (item.rates[0].model_copy(update=dict.fromkeys(("transition", "reason", "source"), text)),)
    )
    claims = (compared.claims[0].model_copy(update={"by": text, "text": text}),)
    hostile = compared.model_copy(update={"reference_classes": classes, "claims": claims})
    files = write_reports(hostile, tmp_path, name="forecast", paper="a4")
    assert files.pdf.stat().st_size > 1000
    assert files.html.read_text("utf-8").count("<script") == 1  # the page's own
    assert text_of(hostile).count(text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")) >= 5


def test_without_them_there_is_no_section(view: View) -> None:
    page = build_page(view)
    assert (page.reference_classes, page.claims) == (None, None)
    text = text_of(view)
    assert "Sensitivity to the reference class" not in text
    assert "Claims and" not in text


def test_a_document_from_before_there_were_any_is_still_read(view: View) -> None:
    document = view.model_dump(mode="json")
    del document["reference_classes"], document["claims"]
    assert View.model_validate(document) == view


def test_the_view_carries_what_the_forecast_found(compared: View) -> None:
    assert View.model_validate_json(compared.model_dump_json()) == compared
