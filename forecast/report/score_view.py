"""What the page of a race shows: questions with their scores, calibration, and what has no score."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.evaluation.race.asked import Asked
from forecast.evaluation.race.calibrated import Calibrated
from forecast.evaluation.race.scored import Race
from forecast.ledger.gathered import Gathered

__all__ = ["RaceView", "ScoreView"]


@dataclass(frozen=True)
class RaceView:
    """Questions of one kind.

    Attributes
    ----------
    kind : str
        ``outcomes``: which outcome it is; ``yes/no``: whether it is a certain one.
    calibration : tuple of Calibrated
        Of everybody who has answered enough independent questions whose horizon has passed.
    closed : tuple of Asked
        Questions whose horizon has passed; the others were resolved early.
    """

    kind: str
    questions: tuple[Asked, ...]
    race: Race
    calibration: tuple[Calibrated, ...]
    closed: tuple[Asked, ...]

    @property
    def early(self) -> int:
        """Questions that were resolved although their horizon lies ahead."""
        return len(self.questions) - len(self.closed)

    @property
    def groups(self) -> int:
        """How many of those whose horizon has passed can be taken for independent."""
        return len({asked.group for asked in self.closed})

    @property
    def title(self) -> str:
        """What is asked."""
        return "Which outcome" if self.kind == "outcomes" else "Whether a certain outcome, yes or no"


@dataclass(frozen=True)
class ScoreView:
    """A race.

    Attributes
    ----------
    scenario : str or None
        Its id; ``None`` for all.
    races : tuple of RaceView
        Without those that hold no question.
    """

    scenario: str | None
    races: tuple[RaceView, ...]
    gathered: Gathered
