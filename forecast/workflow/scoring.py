"""The race of the model, analysts and crowds over the resolved questions of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.inference.status import Status
from forecast.ledger.store import Ledger
from forecast.scenario.file import load_scenario
from forecast.workflow.writable import require_writable
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.evaluation.race.asked import Asked
    from forecast.report.score_view import RaceView, ScoreView

__all__ = ["ScoreResult", "find_scores", "score"]


@dataclass(frozen=True)
class ScoreResult:
    """A race and its page.

    Attributes
    ----------
    page : Path or None
        ``None`` where there is nothing to show.
    """

    view: ScoreView
    ordered: bool
    seed: int
    page: Path | None

    @property
    def status(self) -> Status:
        """REVIEW where a score rests on hindsight or on a failed forecast."""
        left = self.view.gathered.left
        return "REVIEW" if left.hindsight or left.failed else "PASS"


def score(
    workspace: Workspace, name: str | None = None, *, ordered: bool = False, seed: int, today: date
) -> ScoreResult:
    """Score as :func:`find_scores`, and write the page.

    Nothing is recorded: after a further resolution the same call gives other scores.

    Raises
    ------
    InputError
        When there is no such scenario, or the page cannot be written.
    """
    view = find_scores(workspace, name, ordered=ordered, seed=seed, today=today)
    page = None
    if view.races or view.gathered.void or view.gathered.pending:
        folder = workspace.root / "reports" if view.scenario is None else workspace.reports(view.scenario)
        require_writable((folder,))
        from forecast.report.score_page import write_scores

        page = folder / "scores.html"
        write_scores(view, page, ordered=ordered)
    return ScoreResult(view, ordered, seed, page)


def find_scores(workspace: Workspace, name: str | None, *, ordered: bool, seed: int, today: date) -> ScoreView:
    """Score all published forecasts and recorded probabilities whose questions are resolved.

    Parameters
    ----------
    workspace : Workspace
    name : str or None
        Id of a scenario in the ledger, its name in ``priors/`` or a path; ``None`` for all scenarios.
    ordered : bool
        Whether the outcomes have the order of the file, for the ranked probability score and PIT.
    seed : int
        Of intervals and bands.
    today : date
        Questions whose horizon lies after it are in no interval, diagram, decomposition or PIT, though resolved: one
        outcome may be settled early and another only at the horizon.

    Raises
    ------
    InputError
        When there is no such scenario.
    """
    from forecast.ledger.gathered import gather
    from forecast.report.score_view import ScoreView

    ledger = Ledger(workspace.ledger)
    scenario = None if name is None else _id_of(workspace, ledger, name)
    gathered = gather(ledger.entries(scenario))
    kinds = {"outcomes": gathered.outcomes, "yes/no": gathered.yes_no}
    races = tuple(_race(kind, asked, ordered, seed, today) for kind, asked in kinds.items() if asked)
    return ScoreView(scenario, races, gathered)


def _id_of(workspace: Workspace, ledger: Ledger, name: str) -> str:
    """The ledger knows scenarios whose file is gone."""
    if any(entry.scenario == name for entry in ledger.entries(name)):
        return name
    return load_scenario(workspace.scenario_path(name)).scenario.scenario


def _race(kind: str, questions: tuple[Asked, ...], ordered: bool, seed: int, today: date) -> RaceView:
    from forecast.evaluation.race.calibrated import calibrated
    from forecast.evaluation.race.losses import BASELINES
    from forecast.evaluation.race.scored import race
    from forecast.report.score_view import RaceView

    ranked = ordered and kind == "outcomes"
    everybody = dict.fromkeys(who for asked in questions for who in asked.answers if who not in BASELINES)
    closed = tuple(asked for asked in questions if asked.closes <= today)
    checks = (calibrated(closed, who, ordered=ranked, seed=seed) for who in everybody)
    return RaceView(
        kind,
        questions,
        race(questions, ordered=ranked, seed=seed, today=today),
        tuple(one for one in checks if one),
        closed,
    )
