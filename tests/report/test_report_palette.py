"""Colours that the colour-blind can tell apart, one for each outcome in every figure."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from forecast.report.drawings import draw_all, state_styles
from forecast.report.palette import COLOURS, ON_DARK, PAPER, style_of
from forecast.report.view import View, build_view
from forecast.scenario.types import Condition, Outcome, Scenario

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear sRGB
SEEN_BY = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
DARK_PAGE = "#14171a"
DARK = [ON_DARK[f"c{index}"] for index in range(len(COLOURS))]


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def cielab(light: np.ndarray) -> np.ndarray:
    ratio = XYZ @ np.clip(light, 0, 1) / WHITE
    x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(first: str, second: str) -> float:
    low, high = sorted(float(XYZ[1] @ linear(colour)) + 0.05 for colour in (first, second))
    return high / low


@pytest.mark.parametrize("eye", SEEN_BY)
@pytest.mark.parametrize("colours", [COLOURS, DARK], ids=["light", "dark"])
def test_eight_colours_differ_to_every_eye(colours, eye):
    seen = [cielab(np.asarray(SEEN_BY[eye]) @ linear(colour)) for colour in colours]
    assert len(seen) == 8
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= 20


@pytest.mark.parametrize(("colours", "page"), [(COLOURS, PAPER), (DARK, DARK_PAGE)], ids=["light", "dark"])
def test_lines_stand_out_from_the_page(colours, page):
    assert min(contrast(colour, page) for colour in colours) >= 3


def test_no_two_outcomes_look_alike():
    styles = [style_of(index) for index in range(32)]
    assert len({(style.colour, style.line) for style in styles}) == 32
    assert len({(style.colour, style.hatch) for style in styles}) == 32
    assert len({style.line for style in styles[:8]}) == 8


def test_a_state_has_the_colour_of_the_outcome_that_stands_for_it(view: View, forecast, scenario: Scenario, reports):
    names = [outcome.name for outcome in forecast.outcomes]
    outcomes = tuple(
        Outcome(name=name, when=when)
        for name, when in (
            ("collapse", Condition(at_horizon=("collapse",))),
            ("settlement", Condition(at_horizon=("settlement",), never=("collapse",))),
            ("deal_holds", Condition(at_horizon=("truce",))),
            ("deal_failed", Condition(ever=("truce", "settlement"))),
            ("us_exit", Condition(ever=("us_exit",))),
        )
    )
    full = scenario.model_copy(update={"outcomes": (*outcomes, Outcome(name="war_continues", otherwise=True))})
    made = build_view(forecast, full, reports)
    assert made.path.state_names == ("war", "truce", "us_exit", "collapse", "settlement")
    assert made.path.state_outcomes == ("war_continues", "deal_holds", "us_exit", "collapse", "")
    kin = [names.index(name) for name in made.path.state_outcomes[:4]]
    assert state_styles(made) == [*map(style_of, kin), style_of(len(names))]  # the last has a colour of its own


def test_documents_without_these_names_give_every_state_a_colour(view: View):
    path = view.path.model_copy(update={"state_outcomes": ()})
    styles = state_styles(view.model_copy(update={"path": path}))
    assert len(set(styles)) == len(view.path.state_names)


def test_ten_outcomes_and_states_are_drawn(view: View):
    """Past eight, areas get hatches; they must reach the page as well."""
    dates = view.path.dates
    rows = tuple(tuple([0.1] * len(dates)) for _ in range(10))
    names = tuple(f"s{index}" for index in range(10))
    path = view.path.model_copy(
        update={
            "outcomes": rows, "outcomes_mcse": rows, "states": rows, "states_mcse": rows, "state_names": names,
            "state_titles": names, "state_outcomes": (),
        }
    )  # fmt: skip
    outcomes = tuple(view.outcomes[0].model_copy(update={"name": f"o{index}"}) for index in range(10))
    drawn = draw_all(view.model_copy(update={"path": path, "outcomes": outcomes}))
    assert drawn.states is not None
    assert drawn.outcomes is not None
    assert "<pattern" in drawn.states.wide.text
    assert drawn.outcomes.wide != drawn.states.wide.text
