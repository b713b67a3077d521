"""The report as a reader has it: opened from disk in a browser without a network, wide and narrow, light and dark."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from forecast.evidence.records import Evidence, Judgement, Report
from forecast.inference.status import judge
from forecast.projection.alternatives import Alternative, DoDriver, ObserveReport
from forecast.projection.forecast import make_forecast
from forecast.projection.present import Present
from forecast.projection.what_if import what_if
from forecast.report.explanations import ExplanationView
from forecast.report.outlooks import PastForecastView, RivalView
from forecast.report.view import View, build_view
from forecast.report.write import write_reports
from forecast.timegrid import shift
from forecast.workflow.outlook import outlook_of

sys.path.insert(0, str(Path(__file__).parents[1] / "projection"))  # tests are not a package
from present_of import DRIVER, ONGOING, scenario, updated

FITTED, AS_OF = date(2024, 1, 21), date(2024, 2, 14)
CASE = scenario(
    drivers={"mood": DRIVER, "arms": {**DRIVER, "low": "cut off", "high": "plenty"}},
    influences=[{"from": "arms", "to": "mood", "effect": [0.3, 0.9]}],
    events={
        "speech": {
            "coverage": ONGOING, "signs": "both", "per_month": [0.5, 2], "rate_ratio": {"mood": [1.3, 2.5]},
            "signal": {"mood": {"per_unit": [0.4, 1.2], "measures": "level"}},
        },
        "praise": {"coverage": {"selected": "press"}, "signs": "positive", "rate_ratio": {"mood": [1.5, 3]}},
        "blame": {"coverage": {"selected": "press"}, "signs": "negative", "rate_ratio": {"mood": [0.3, 0.7]}},
    },
)  # fmt: skip
WIDTHS, SCHEMES = (360, 1440), ("light", "dark")
HOSTILE = {
    "script": "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">",
    "quotes": "\"'`></title></text></script><!-- {{ 7*7 }} &amp;",
    "right to left": "שלום עולם مرحبا \u202eevil",
    "emoji and Chinese": "🚀👩\u200d👩\u200d👧 中文没有空格的很长的句子需要换行因为它不会自己结束",
    "no space": "W" * 10_000,
}


def row(name: str, kind: str, day: date, text: str = "", **directions: float) -> Report:
    summary = text or f"Summary of {name}."
    return Report(name, day, day, day, kind, directions, "actor", summary, "desk", "C", "3", "", "", "", "", None, 2)


KNOWN = Evidence(
    reports=(
        row("r1", "speech", date(2024, 1, 25), mood=1.0),
        row("r2", "praise", date(2024, 2, 3), mood=1.0),
        row("r3", "blame", date(2024, 2, 10), mood=-1.0),
    ),
    judgements=(Judgement("j", "mood", date(2024, 2, 1), -1.5, 2.5, "desk", AS_OF, AS_OF, "", 2),),
)


@pytest.fixture(scope="module")
def present() -> Present:
    return updated(CASE, KNOWN, FITTED, AS_OF)


@pytest.fixture(scope="module")
def shown(present: Present) -> View:
    """A real forecast of a made-up case, with everything that a report can have."""
    diagnostics = judge(
        max_rhat=1.0, min_ess_bulk=4e3, min_ess_tail=4e3, divergences=0, draws=4000, min_bfmi=1.0, pareto_k=0.1
    )
    made = make_forecast(
        CASE, present.snapshot, present.update.posterior, diagnostics=diagnostics, horizon=present.horizon, seed=1,
        scenario_hash="a" * 64, code_version="1",
    )  # fmt: skip
    view = build_view(made, CASE, KNOWN.reports)
    after = [outcome.probability for outcome in view.outcomes]
    part = {
        "kind": "report", "id": "r3", "date": AS_OF, "text": "Summary of r3.", "what": "new", "change": [-0.1, 0.1],
        "mcse": [0.01, 0.01], "backward": [-0.1, 0.1], "backward_mcse": [0.01, 0.01],
    }  # fmt: skip
    explanation = {
        "since": date(2024, 2, 7), "since_id": "b" * 64, "before": [after[0] + 0.1, after[1] - 0.1], "after": after,
        "mcse": [0.01, 0.01], "parts": [part],
    }  # fmt: skip
    past = [
        PastForecastView(
            as_of=shift(AS_OF, -days), id="c" * 64, same_scenario=True,
            probability=(0.4, 0.6), low80=(0.3, 0.5), high80=(0.5, 0.7),
        )
        for days in (14, 7)
    ]  # fmt: skip
    outlook = outlook_of(replace(present, paths=4), FITTED, Evidence())
    told = tuple(row.model_copy(update={"trusted": True}) for row in outlook.sensitivity)  # too few draws, but a figure
    rival = RivalView(by="A desk", date=AS_OF, complete=True, note="by vote", source="", probability=(0.5, 0.5))
    return view.model_copy(
        update={
            "explanation": ExplanationView.model_validate(explanation),
            "history": tuple(past),
            "rivals": (rival,),
            "outlook": outlook.model_copy(update={"sensitivity": told}),
        }
    )


@pytest.fixture(scope="module")
def report(shown: View, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reports(shown, tmp_path_factory.mktemp("report"), name="r", paper="a4").html


@contextmanager
def opened(browser: Browser, path: Path, width: int = 1440, scheme: str = "light") -> Iterator[Page]:
    """The page, which asks for nothing and complains of nothing while it is used."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True)
    page, wrong, asked = context.new_page(), [], []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert wrong == []
    assert asked == [path.as_uri()]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_figure_is_seen_and_nothing_runs_off_the_page(browser, report, width):
    with opened(browser, report, width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == width
        figures = page.locator("figure")
        assert figures.count() == 5 + 2  # waterfall, history, outcomes, states, tornado; two drivers
        for i in range(figures.count()):
            pictures = figures.nth(i).locator("svg[role=img]:visible")
            assert pictures.count() == 1
            box = pictures.bounding_box()
            assert box["width"] > 0.7 * min(width, 380)
            assert box["height"] > 100
            assert 0 <= box["x"] <= box["x"] + box["width"] <= width
            assert figures.nth(i).locator("details table").count() == 1
    assert report.stat().st_size < 3_000_000


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_stands_in_the_way_of_a_reader(browser, report, width, scheme):
    """Axe finds no serious issue: contrast, names, roles, structure; tables opened, both sides of the panel."""
    with opened(browser, report, width, scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        page.locator(".marks").first.focus()
        for side in ("do", "observe"):
            page.check(f"#panel-{side}")
            found = Axe().run(page).response["violations"]
            serious = [item for item in found if item["impact"] in ("serious", "critical")]
            assert [(item["id"], [node["html"][:90] for node in item["nodes"][:3]]) for item in serious] == []


def test_reports_on_the_time_axis_are_told_by_pointer_and_by_key(browser, report):
    with opened(browser, report) as page:
        marks, about = page.locator(".marks").first, page.locator("#about-1")
        assert marks.locator("[role=option]").count() == 3
        marks.locator("rect").nth(1).hover()
        told = about.inner_text()
        assert "2 of 3. 3 February 2024: Summary of r2. Grade C3, direction +1." in told
        assert "Effect on “" in told
        assert "points against the forecast without it" in told
        marks.focus()
        page.keyboard.press("ArrowRight")
        assert about.inner_text().startswith("3 of 3. 10 February 2024: Summary of r3.")
        page.keyboard.press("ArrowRight")  # the last stays the last
        assert marks.get_attribute("aria-activedescendant") == "mark-1-3"
        page.keyboard.press("Home")
        assert about.inner_text().startswith("1 of 3. 25 January 2024: Summary of r1.")
        assert marks.locator("[aria-selected=true]").count() == 1
        about.locator("a").click()
        assert "r1" in page.locator(":target").inner_text()


def changes(page: Page) -> list[tuple[float, float]]:
    """What the panel shows, outcomes as they are ordered there: change and error."""
    rows = page.locator("#panel-rows tr")
    return [
        (float(rows.nth(i).get_attribute("data-change")), float(rows.nth(i).get_attribute("data-mcse")))
        for i in range(rows.count())
    ]


def held(level: float, driver: str, present: Present) -> Alternative:
    return Alternative("", (DoDriver(driver, level, shift(AS_OF, 1), present.horizon),), ())


def test_the_panel_says_what_the_program_says(browser, report, shown, present):
    """`what_if` answers `forecast whatif`; both sides tell their errors, and the differences lie within these."""
    order = sorted(range(2), key=lambda o: -shown.outcomes[o].probability)

    def agrees(page: Page, asked: Alternative) -> None:
        told = what_if(present, [asked]).alternatives[0].outcomes
        for (change, error), o in zip(changes(page), order, strict=True):
            assert 0 < error < 0.05  # few draws are held, but not so few that any answer would do
            assert abs(change - told[o].difference) < 4 * np.hypot(error, told[o].difference_mcse)
            if asked.observe:  # on the same draws the errors are nearly the same too
                assert error == pytest.approx(told[o].difference_mcse, rel=0.35)

    with opened(browser, report) as page:
        for driver, level in (("mood", 2), ("mood", -1), ("arms", -2)):
            page.select_option("#panel-driver", driver)
            page.fill("#panel-level", str(level))
            agrees(page, held(level, driver, present))
        assert "arms held at \u22122" in page.inner_text("#panel-said")
        page.check("#panel-observe")
        assert page.locator("#panel-holding").is_hidden()
        for kind, direction, grade in (
            ("speech", 2, "A1"),
            ("speech", -1, "C3"),
            ("speech", None, "B2"),
            ("praise", None, "B2"),
            ("blame", None, "F6"),
        ):
            page.select_option("#panel-type", kind)
            if kind == "speech":
                page.select_option("#panel-signal", "" if direction is None else "mood")
                if direction is not None:
                    page.select_option("#panel-direction", str(direction))
            page.select_option("#panel-grade", grade)
            directions = {} if direction is None else {"mood": float(direction)}
            agrees(page, Alternative("", (), (ObserveReport(kind, directions, grade, AS_OF),)))
            assert "effective draws of" in page.inner_text("#panel-draws")
            assert "too few" not in page.inner_text("#panel-draws")


def test_the_panel_warns_when_few_draws_are_left(browser, shown, tmp_path):
    panel = shown.outlook.panel
    first, *others = panel.columns
    few = panel.model_copy(update={"columns": (one_draw(panel.n), *others)})
    assert first != few.columns[0]
    view = shown.model_copy(update={"outlook": shown.outlook.model_copy(update={"panel": few})})
    path = write_reports(view, tmp_path, name="r", paper="a4").html
    with opened(browser, path) as page:
        page.check("#panel-observe")
        assert page.inner_text("#panel-draws").startswith("1 effective draws")
        assert "too few to trust" in page.inner_text("#panel-draws")


def one_draw(n: int) -> tuple[float, float, str]:
    """A column of weights in which the first draw has all."""
    from forecast.report.packing import pack

    return pack(np.eye(1, n)[0])


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_texts_appear_as_text_inside_the_page(browser, shown, tmp_path, text):
    evidence = tuple(report.model_copy(update={"summary": text, "actor": text}) for report in shown.evidence)
    words = {"drivers.mood": text, "events.speech": text}
    view = shown.model_copy(update={"evidence": evidence, "title": text, "words": {**shown.words, **words}})
    path = write_reports(view, tmp_path, name="r", paper="a4").html
    for width in WIDTHS:
        with opened(browser, path, width) as page:
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert page.title().startswith(text[:20])
            assert text in page.locator("ol.evidence p").first.text_content()
            page.locator(".marks").first.focus()
            assert text[:200] in page.locator("#about-1").text_content()
            assert text in page.locator("#panel-driver option").first.text_content()


def test_without_a_script_the_page_reads_whole(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator("#panel").is_hidden()
    assert page.locator("section[aria-labelledby=whatif] table").first.is_visible()
    assert "Summary of r2" in page.locator(".marks title").nth(1).text_content()
    context.close()


def test_it_prints_without_what_paper_cannot_use(browser, report):
    with opened(browser, report) as page:
        page.emulate_media(media="print")
        for hidden in ("nav", "#panel", ".about"):
            assert page.locator(hidden).first.is_hidden()
        assert page.locator("section[aria-labelledby=whatif] table").first.is_visible()
        assert len(page.pdf()) > 10_000
