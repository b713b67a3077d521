"""A paragraph and a picture of a recorded forecast, for readers outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from forecast.ledger.entry import ForecastEntry
from forecast.ledger.standing import standing
from forecast.ledger.store import Ledger
from forecast.workflow.indexing import report_names, write_forecast_index
from forecast.workflow.recorded import ScenarioFile, recorded_forecast, scenario_file
from forecast.workflow.rendering import explanation_of
from forecast.workflow.writable import require_writable
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.report.card import CardFiles

__all__ = ["BriefResult", "brief"]


@dataclass(frozen=True)
class BriefResult:
    """What to publish.

    Attributes
    ----------
    paragraph : str
        Says itself where the forecast must not be relied on.
    alternative : str
        What the picture shows, for those who do not see it.
    missing : str
        Characters that the picture can only show as signs of their script.
    """

    entry: ForecastEntry
    stage: Literal["draft", "published"]
    paragraph: str
    alternative: str
    files: CardFiles
    missing: str
    scenario_file: ScenarioFile


def brief(workspace: Workspace, name: str, *, entry_id: str | None = None) -> BriefResult:
    """Put a recorded forecast into a paragraph and write its picture, ``<report>_brief.png`` and ``.svg``.

    Parameters
    ----------
    workspace, name, entry_id
        As :func:`forecast.workflow.recorded.recorded_forecast`, which also says what may be raised.
    """
    ledger = Ledger(workspace.ledger)
    entry = recorded_forecast(workspace, name, entry_id)
    folder = workspace.reports(entry.scenario)
    require_writable((folder,))
    from forecast.report.card import card_words, write_card
    from forecast.report.glyphs import missing_glyphs
    from forecast.report.paragraph import brief_paragraph
    from forecast.report.view import View

    view = View.model_validate_json(ledger.read_view(entry)).model_copy(
        update={"ledger_id": entry.id, "explanation": explanation_of(ledger, entry)}
    )
    stage, words = standing(ledger.entries(entry.scenario)).stage(entry), card_words(view)
    report = report_names(ledger.forecasts(entry.scenario))[entry.id]
    files = write_card(view, folder, name=f"{report}_brief", stage=stage)
    write_forecast_index(workspace)
    compared = scenario_file(workspace, name, entry)
    paragraph = brief_paragraph(view, stage=stage, short_id=entry.short_id)
    return BriefResult(entry, stage, paragraph, words, files, missing_glyphs(view.title + words), compared)
