"""The fixed text that tells a reader how to read a forecast."""

from __future__ import annotations

from forecast.report.words import PHIA

__all__ = ["GUIDE", "YARDSTICK"]

GUIDE: tuple[tuple[str, str], ...] = (
    (
        "Probability",
        "How often the outcome happens over everything the model leaves open: its parameters, where the drivers stand "
        "today, and the future. The outcomes exclude each other and together exhaust what can happen; printed numbers "
        "are rounded and may not add up to exactly 100%.",
    ),
    (
        "80% range",
        "How far the probability itself could lie elsewhere because parameters and present drivers are not known "
        "exactly. It is not the spread of possible futures: that is in the probability itself. Evidence narrows it.",
    ),
    (
        "Monte Carlo error",
        "How far the printed probability could move if the same computation were repeated with another seed: one "
        "standard error, in percentage points. More draws shrink it; it says nothing about the world.",
    ),
    (
        "Words",
        "Words follow the PHIA probability yardstick. Its gaps are deliberate: a probability in a gap is printed "
        "without a word. The number is what is meant; the word only helps to read it.",
    ),
    (
        "Confidence",
        "A judgement of the evidence base and the computation, apart from how likely anything is. High: diagnostics "
        "PASS, at least 50 reports, two thirds of them graded A or B with 1 or 2, one in the last 30 days. Low: "
        "diagnostics FAIL, fewer than 10 reports, less than a third well graded, or none in the last 90 days.",
    ),
    (
        "Prior",
        "The same probability from the scenario file and from which states were entered so far (often that none was), "
        "without any report, series or judgement. The distance to the probability is what these have changed.",
    ),
    (
        "Drivers",
        "Unseen quantities on a common scale: 0 is neutral, one unit is one long-run standard deviation, and the words "
        "given for \N{MINUS SIGN}2 and +2 say what the ends look like. They are inferred, not measured.",
    ),
    (
        "Contraction",
        "The share of an assumption's prior variance that the evidence has removed. Near 0: the evidence says nothing "
        "about it and the assumption stands as it was given.",
    ),
    (
        "Grades",
        "Letter: reliability of the source, A (completely) to E (unreliable). Digit: credibility of the content, 1 "
        "(confirmed) to 5 (improbable). F and 6 mean that it cannot be judged, not that it is bad.",
    ),
    (
        "Effect of a report",
        "The forecast less what it would be without this one report, on the outcome that it moves most. Reports that "
        "say the same cover for each other, so that the effects of several do not add up.",
    ),
)
"""Term and explanation."""

YARDSTICK: tuple[tuple[str, str], ...] = tuple(
    (
        term,
        f"above 0 to {high}%"
        if low == 0
        else f"{low}% to below {high}%"
        if high in (50, 100)
        else f"{low}\N{EN DASH}{high}%",
    )
    for term, low, high in PHIA
)
"""Term and range, as printed."""
