"""The report on paper: what a reader of the file is told, and every section of the screen's report."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from forecast.report.drawings import draw_all
from forecast.report.outlooks import (
    HeldDriverView,
    OutlookView,
    PastForecastView,
    RivalView,
    SensitivityView,
    SignpostView,
)
from forecast.report.page import build_page
from forecast.report.pdf import render_pdf
from forecast.report.view import View

N_OUTCOMES = 6


@pytest.fixture(scope="module")
def full(view: View) -> View:
    """With history, another's probabilities and what could change the forecast."""
    last = [outcome.probability for outcome in view.outcomes]
    past = PastForecastView(
        as_of=view.as_of.replace(day=1), id="e", same_scenario=True, probability=last, low80=last, high80=last
    )
    rival = RivalView(by="A crowd", date=view.as_of, complete=True, note="Its median.", source="", probability=last)
    moved, errors = (0.04, 0, 0, 0, 0, -0.04), (0.002,) * N_OUTCOMES
    outlook = OutlookView(
        draws=4000, held_draws=500, signposts_until=view.horizon,
        held=[HeldDriverView(driver="us_aid", level=level, difference=moved, mcse=errors) for level in (-2, 2)],
        signposts=[
            SignpostView(
                type="talks_round", driver=None, sign=None, p_seen=0.4, p_seen_mcse=0.01, if_seen=last, if_not=last,
                bits=0.01, bits_mcse=0.001,
            )
        ],
        sensitivity=[
            SensitivityView(
                parameter="drivers.us_aid.half_life", kind="prior", unit="weeks", middle=12, low=(0.1,) * N_OUTCOMES,
                high=(0.2,) * N_OUTCOMES, mcse=errors, trusted=True,
            )
        ],
    )  # fmt: skip
    return view.model_copy(update={"history": (past,), "rivals": (rival,), "outlook": outlook})


@pytest.fixture(scope="module", params=["a4", "letter"])
def document(request: pytest.FixtureRequest, full: View) -> bytes:
    return render_pdf(build_page(full), draw_all(full), full.as_of, paper=request.param)


def test_the_file_claims_pdf_ua_with_title_language_structure_and_alternatives(document: bytes, full: View) -> None:
    assert b"<pdfuaid:part>1</pdfuaid:part>" in document
    assert f"{full.title}: forecast as of 9 May 2025</rdf:li>".encode() in document
    assert b"/Lang(en)" in document
    assert b"/Marked true" in document
    assert b"DisplayDocTitle true" in document
    figures = 4 + len(full.drivers) + 1  # history, outcomes, states, tornado; drivers and their key
    assert document.count(b"/S/Figure") == figures == document.count(b"/Alt")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext is not installed")
def test_every_section_is_on_paper(document: bytes, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(document)
    done = subprocess.run(["pdftotext", "-layout", tmp_path / "report.pdf", "-"], capture_output=True, check=True)  # noqa: S607
    said = " ".join(done.stdout.decode().split())
    places = [
        said.index(heading)
        for heading in (
            "How it could end by", "Beside what others said", "Probabilities over time", "What drives it", "What if",
            "What to look out for", "What it hangs on", "Evidence", "Assumptions", "Diagnostics", "Numbers in full",
            "How to read this", "Provenance",
        )
    ]  # fmt: skip
    assert places == sorted(places)
    assert "Its median." in said
    assert "US aid at +2" in said or "us aid at +2" in said
