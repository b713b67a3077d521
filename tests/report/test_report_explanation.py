"""Why a forecast changed, in the report: the parts as given, their sums, and nothing that cannot be told."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from forecast.report.change_note import most_moved
from forecast.report.drawings import draw_all
from forecast.report.explanation_rows import waterfall_steps
from forecast.report.explanations import ExplanationView
from forecast.report.html import render_html
from forecast.report.page import build_page
from forecast.report.view import View
from forecast.report.write import write_reports

MINUS = "\N{MINUS SIGN}"
SINCE = date(2025, 5, 2)
SHARES = (0.1, 0.0, 0.6, 0.05, 0.25, -1.0)  # of a part, by outcome; they sum to 0


def numbers(size: float) -> list[float]:
    return [size * share for share in SHARES]


def part(kind: str, size: float, day: str = "2025-05-06", name: str = "", **others: Any) -> dict[str, Any]:
    row = kind not in {"time", "recomputation"}
    return {
        "kind": kind, "id": name or f"{kind} id", "date": day, "text": f"Text of {name or kind}.",
        "what": "new" if row else "", "change": numbers(size), "mcse": [abs(size) / 5 or 0.0] * 6,
        "backward": numbers(size / 2) if row else None, "backward_mcse": [0.001] * 6 if row else None, **others,
    }  # fmt: skip


def explained(view: View, parts: list[dict[str, Any]], **others: Any) -> View:
    after = [outcome.probability for outcome in view.outcomes]
    before = [a - sum(item["change"][o] for item in parts) for o, a in enumerate(after)]
    group = {"names": ["talks_round"], "change": numbers(0.04), "mcse": [0.004] * 6}
    document = {
        "since": SINCE, "since_id": "abc", "before": before, "after": after, "mcse": [0.004] * 6, "parts": parts,
        "by_type": [group, {**group, "names": ["mass_strike_ukraine"]}],
        "by_driver": [{**group, "names": ["negotiation_momentum", "us_aid"]}, {**group, "names": []}],
        "pareto_k": 0.3, **others,
    }  # fmt: skip
    return view.model_copy(update={"explanation": ExplanationView.model_validate(document)})


PARTS = [
    part("time", -0.01),
    part("report", 0.06, name="talks"),
    part("series", -0.004, name="gas_price 2025-05-01..2025-05-06", text="41.5"),
    part("time", -0.005),
    part("transition", 0.0),
    part("judgement", 0.002),
    part("recomputation", 0.001, text="Monte Carlo: a new fit and new random numbers"),
]


@pytest.fixture(scope="module")
def told(view: View) -> View:
    return explained(view, PARTS)


def text_of(view: View) -> str:
    html = render_html(build_page(view), draw_all(view))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<main") :]))


def test_the_three_that_moved_most_are_shown(told: View) -> None:
    assert [told.outcomes[o].name for o in most_moved(told)] == ["war_continues", "deal_holds", "us_exit"]
    section = build_page(told).why
    assert section is not None
    assert section.outcomes == (
        "The war goes on as it is",
        "A truce holds to the horizon",
        "The US leaves, the war goes on",
    )
    assert section.title == "Why it changed since 2 May 2025"
    assert f"from 63% to 58% ({MINUS}4.4 ± 0.4 points). Of" in section.summary
    assert f"the report talks moved it most: {MINUS}6 ± 1 points" in section.summary
    assert section.total == (f"{MINUS}4.4 ± 0.4", "+2.6 ± 0.4", "+1.1 ± 0.4")


def test_every_part_stands_with_its_error_and_the_opposite_order(told: View) -> None:
    section = build_page(told).why
    assert section is not None
    assert [row.text for row in section.rows] == [
        "Elapsed time and silence", "Text of talks.", "gas price: 41.5", "Elapsed time and silence",
        "Text of transition.", "Text of judgement.", "Recomputation (Monte Carlo)",
    ]  # fmt: skip
    notes = [row.note for row in section.rows]
    assert notes[1] == "new report talks"
    assert notes[4] == "new change of state transition id"
    assert notes[6] == "a new fit and new random numbers"
    assert section.rows[1].cells[1] == ("+4 ± 1", "+1.8 ± 0.1")
    assert section.rows[0].cells[1] == (f"{MINUS}0.6 ± 0.2", "")
    assert section.rows[4].cells[0][0] == "0"  # a row that says nothing has no error


def test_sums_name_types_and_drivers(told: View) -> None:
    section = build_page(told).why
    assert section is not None
    by_type, by_driver = section.groups
    assert [name for name, _ in by_type.rows] == ["talks round", "mass strike ukraine"]
    assert [name for name, _ in by_driver.rows] == ["negotiation momentum and us aid", "no driver"]
    assert by_type.rows[0][1] == (f"{MINUS}4.0 ± 0.4", "+2.4 ± 0.4", "+1.0 ± 0.4")


@pytest.mark.parametrize("count", [0, 3, 40])
def test_the_bars_of_the_waterfall_join_and_end_where_the_forecast_is(view: View, count: int) -> None:
    rows = [part("report", 0.001 * (i + 1) * (-1) ** i, name=f"r{i}") for i in range(count)]
    long = explained(view, [part("time", -0.01), *rows, part("recomputation", 0.002)])
    assert long.explanation is not None
    for o in most_moved(long):
        steps = waterfall_steps(long, o)
        assert len(steps) == 4 + min(count, 10) + (count > 10)
        assert (steps[0].end, steps[-1].start) == (long.explanation.before[o], long.explanation.after[o])
        for one, following in pairwise(steps):
            assert one.end == pytest.approx(following.start, abs=1e-12)
    labels = [step.label for step in waterfall_steps(long, 0)]
    assert (f"{count - 10} smaller rows together" in labels) == (count > 10)


def test_weights_that_are_too_uneven_are_named(view: View) -> None:
    section = build_page(explained(view, PARTS, pareto_k=0.82, rough=True)).why
    assert section is not None
    assert "Pareto k 0.82" in section.note


def test_a_first_forecast_shows_what_the_evidence_did_to_the_prior(view: View) -> None:
    before = [outcome.prior for outcome in view.outcomes]
    first = explained(view, [], since=None, before=before, by_type=[], by_driver=[])
    section = build_page(first).why
    assert section is not None
    assert section.prior[0] == ("The defence breaks and Kyiv negotiates alone", "7%", "4%", f"{MINUS}3.2 ± 0.4")
    assert (section.figure, section.rows, draw_all(first).why) == (None, (), None)
    text = text_of(first)
    assert "What the evidence changed" in text
    assert "Every part" not in text


def test_what_cannot_be_told_is_said_in_one_sentence(view: View, tmp_path: Path) -> None:
    lost = view.model_copy(update={"explanation": ExplanationView(told=False)})
    text = text_of(lost)
    assert "It cannot be told: the ledger lacks" in text
    assert "Every part" not in text
    assert write_reports(lost, tmp_path, name="forecast", paper="a4").pdf.stat().st_size > 1000


def test_the_top_names_all_evidence_and_says_what_was_none(view: View, told: View) -> None:
    """A change of state is told as a report is; time and recomputation are named where they moved more."""
    change = build_page(told).change
    assert change is not None
    assert [note.partition(",")[2] for _, note, _ in change.reports] == [
        " new report talks", " new series gas_price 2025-05-01..2025-05-06", " new judgement judgement id",
    ]  # fmt: skip
    assert "Elapsed time" not in change.sentence
    assert "no news" not in change.sentence
    signed = build_page(explained(view, [part("time", -0.05), part("transition", 0.02), part("recomputation", 0.09)]))
    assert signed.change is not None
    assert "Elapsed time and silence made +5.0 points." in signed.change.sentence
    assert f"New random numbers or a new fit, which are no news, made {MINUS}9.0 points." in signed.change.sentence
    assert [note for _, note, _ in signed.change.reports] == ["6 May 2025, new change of state transition id"]
    nothing = build_page(explained(view, [part("time", -0.05)])).change
    assert nothing is not None
    assert "Nothing was reported in between." in nothing.sentence


def test_html_and_paper_hold_the_section(told: View, view: View, tmp_path: Path) -> None:
    text = text_of(told)
    for words in ("Why it changed since", "Text of talks.", "Reports by event type", "Recomputation", "Total"):
        assert words in text
    assert "Why it changed" not in text_of(view)
    with_it = write_reports(told, tmp_path / "with", name="forecast", paper="letter").pdf.read_bytes()
    without = write_reports(view, tmp_path / "without", name="forecast", paper="letter").pdf.read_bytes()
    pages = [len(re.findall(rb"/Type\s*/Page\b", pdf)) for pdf in (with_it, without)]
    assert pages[0] > pages[1]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "\"'><svg onload=alert(1)> </title></style> {{ 7*7 }} {% raw %}",
        '#let x = 1 *b* $x^2$ #read("/etc/passwd") $\\frac{1}{2}$',
        "🚀👩\u200d👧 שלום עולם",
        "W" * 3000,
    ],
)
def test_texts_of_the_case_stay_texts(view: View, text: str, tmp_path: Path) -> None:
    rows = [part("report", 0.02, text=text, id=text), part("recomputation", 0.001, text=text)]
    group = {"names": [text], "change": numbers(0.01), "mcse": [0.001] * 6}
    hostile = explained(view, rows, by_type=[group, group], by_driver=[group, group])
    files = write_reports(hostile, tmp_path, name="forecast", paper="a4")
    html = files.html.read_text("utf-8")
    assert files.pdf.stat().st_size > 1000
    assert html.count("<script") == 1  # the page's own
    assert "onload=alert(1)>" not in re.sub(r"&gt;", "", html)
    shown = (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;").replace("'", "&#39;")
    )
    assert text_of(hostile).count(re.sub(r"\s+", " ", shown)) >= 4


def test_a_document_without_one_is_still_read(told: View, view: View) -> None:
    document = view.model_dump(mode="json")
    del document["explanation"]
    assert View.model_validate(document) == view
    assert View.model_validate_json(told.model_dump_json()) == told
