"""A forecast as a round of a modelling hub of the hubverse: configuration, model metadata, model output, oracle output.

One hub holds the rounds of one scenario; ``origin_date``, the as-of date, is the round. Outcomes are one nominal target
for which a submission is a ``pmf``. Schemas v6, https://github.com/hubverse-org/schemas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from forecast.errors import InputError, Problem
from forecast.exchange.files import csv_text, json_text, write_text
from forecast.exchange.issued import Issued
from forecast.ledger.artefacts import said
from forecast.ledger.entry import ResolutionEntry
from forecast.timegrid import days_between, iso_date

__all__ = ["DEFAULT_MODEL_ID", "TARGET", "export_hub", "model_parts"]

DEFAULT_MODEL_ID = "forecast-multistate"
TARGET = "outcome"
_SCHEMAS = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v6.0.0"
_MODEL_ID = re.compile(r"([A-Za-z0-9_]+)-([A-Za-z0-9_]+)")
_LONGEST_PART = 16  # of a model id, as hubs commonly ask
_KEPT = "scenario_forecast"  # key of what we note in a round's additional metadata

type _Json = dict[str, Any]


def model_parts(model_id: str) -> tuple[str, str]:
    """Split a model id into team and model.

    Raises
    ------
    InputError
        When it is not two words of letters, digits and underscores, each of at most 16, joined by one hyphen.
    """
    match = _MODEL_ID.fullmatch(model_id)
    if match is None or max(map(len, match.groups())) > _LONGEST_PART:
        message = (
            f"{model_id!r} is not TEAM-MODEL: two words of letters, digits and underscores, each of at most"
            f" {_LONGEST_PART}, joined by one hyphen"
        )
        raise InputError([Problem("", 0, "--model-id", message)])
    return match[1], match[2]


def export_hub(issued: Issued, hub: Path, *, model_id: str) -> tuple[Path, ...]:
    """Make a hub of a forecast, or add the forecast to the scenario's hub as one more round.

    What a hub's maintainer may have edited stays: ``admin.json``, ``model-metadata-schema.json`` and the metadata of a
    model are written only where they are missing. Rounds of other dates and files of other models are not touched. The
    oracle output is written anew, since a resolution may have been corrected. Configuration comes last: a round is
    announced when its file is there.

    Parameters
    ----------
    hub : Path
        The hub's folder.
    model_id : str
        As :func:`model_parts` accepts it.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    InputError
        When the folder holds another scenario's hub, or another forecast of this model for the same round, or its
        ``tasks.json`` cannot be read; nothing but an empty folder has been written then.
    """
    from filelock import FileLock

    config = hub / "hub-config"
    with said(config):
        config.mkdir(parents=True, exist_ok=True)
        with FileLock(config / ".tasks.json.lock"):  # two exports at once each add their round
            return _export(issued, hub, config, model_id)


def _export(issued: Issued, hub: Path, config: Path, model_id: str) -> tuple[Path, ...]:
    team, model = model_parts(model_id)
    round_id = issued.entry.as_of.isoformat()
    tasks = _with_round(_read_tasks(config / "tasks.json", issued), issued, model_id, config / "tasks.json")
    output = hub / "model-output" / model_id / f"{round_id}-{model_id}.csv"
    written = [write_text(output, _model_output(issued))]
    oracle, path = _oracle_rows(tasks, issued.resolutions), hub / "target-data" / "oracle-output.csv"
    if oracle or path.exists():
        header = ("target_date", "target", "output_type", "output_type_id", "oracle_value")
        written.append(write_text(path, csv_text(header, oracle)))
    for name, document in (
        (hub / "model-metadata" / f"{model_id}.yml", _model_metadata(team, model, issued)),
        (config / "model-metadata-schema.json", json_text(_METADATA_SCHEMA)),
        (config / "admin.json", json_text(_admin(issued))),
        (config / "target-data.json", json_text(_TARGET_DATA)),
    ):
        if not name.exists():
            written.append(write_text(name, document))
    return (*written, write_text(config / "tasks.json", json_text(tasks)))


def _read_tasks(path: Path, issued: Issued) -> _Json:
    """Read the rounds that a hub has; none where there is no hub."""
    empty: _Json = {
        "schema_version": f"{_SCHEMAS}/tasks-schema.json",
        "rounds": [],
        "output_type_id_datatype": "character",
        "derived_task_ids": ["target_date"],
    }
    if not path.exists():
        return empty
    try:
        tasks = json.loads(path.read_text(encoding="utf-8"))
        scenarios = {item["additional_metadata"][_KEPT]["scenario"] for item in tasks["rounds"]}
    except (OSError, ValueError, LookupError, TypeError):
        raise _wrong(path, "not the rounds of a hub that an export began; choose another folder with --to") from None
    if others := scenarios - {issued.entry.scenario}:
        message = f"the hub is of {', '.join(sorted(others))}; choose another folder for {issued.entry.scenario}"
        raise _wrong(path, message)
    return tasks


def _with_round(tasks: _Json, issued: Issued, model_id: str, path: Path) -> _Json:
    """Add or renew the round of a forecast.

    Another model's forecast of the round has to answer the same question: the same outcomes on the same dates.
    """
    made = _round(issued, {})
    others = []
    for item in tasks["rounds"]:
        if _origin(item) != issued.entry.as_of:
            others.append(item)
            continue
        models: Mapping[str, str] = item["additional_metadata"][_KEPT]["ledger_ids"]
        if models.get(model_id, issued.entry.id) != issued.entry.id:
            message = (
                f"{model_id} has forecast the round {issued.entry.as_of} already, as ledger entry"
                f" {models[model_id][:12]}; give another --model-id, or another folder with --to"
            )
            raise _wrong(path, message)
        if item["model_tasks"] != made["model_tasks"]:
            message = (
                f"the round {issued.entry.as_of} asks for other outcomes or dates; choose another folder with --to"
            )
            raise _wrong(path, message)
        made = _round(issued, models)
    made["additional_metadata"][_KEPT]["ledger_ids"][model_id] = issued.entry.id
    return {**tasks, "rounds": sorted([*others, made], key=_origin)}


def _origin(item: _Json) -> date:
    return iso_date(item["model_tasks"][0]["task_ids"]["origin_date"]["required"][0])


def _round(issued: Issued, ledger_ids: Mapping[str, str]) -> _Json:
    entry, dates = issued.entry, issued.view.path.dates
    horizons = [days_between(entry.as_of, day) for day in dates]
    task_ids = {
        "origin_date": {"required": [entry.as_of.isoformat()], "optional": None},
        "target": {"required": [TARGET], "optional": None},
        "horizon": {"required": horizons[-1:], "optional": horizons[:-1] or None},
        "target_date": {"required": None, "optional": [day.isoformat() for day in dates]},
    }
    pmf = {
        "output_type_id": {"required": [outcome.name for outcome in issued.view.outcomes]},
        "value": {"type": "double", "minimum": 0, "maximum": 1},
        "is_required": True,
    }
    metadata = {
        "target_id": TARGET,
        "target_name": "Outcome if the target date were the horizon",
        "target_units": "category",
        "target_keys": {"target": TARGET},
        "target_type": "nominal",
        "is_step_ahead": True,
        "time_unit": "day",
    }
    return {
        "round_id_from_variable": True,
        "round_id": "origin_date",
        "round_name": f"{entry.scenario} as of {entry.as_of}",
        "model_tasks": [{"task_ids": task_ids, "output_type": {"pmf": pmf}, "target_metadata": [metadata]}],
        # Until the first of the dates: later it would be known in part.
        "submissions_due": {"relative_to": "origin_date", "start": 0, "end": horizons[0]},
        "last_data_date": entry.as_of.isoformat(),
        "additional_metadata": {_KEPT: {"scenario": entry.scenario, "ledger_ids": dict(ledger_ids)}},
    }


def _model_output(issued: Issued) -> str:
    """The rows of a round. Each date's values are divided by their sum, which differs from 1 by rounding alone."""
    origin = issued.entry.as_of
    rows = [row for row in issued.by_date() if row.kind == "outcome"]
    total: dict[date, float] = {}
    for row in rows:
        total[row.date] = total.get(row.date, 0.0) + row.probability
    return csv_text(
        ("origin_date", "target", "horizon", "target_date", "output_type", "output_type_id", "value"),
        [
            (origin, TARGET, days_between(origin, day), day, "pmf", row.name, row.probability / total[day])
            for row in rows
            for day in [row.date]
        ],
    )


def _oracle_rows(tasks: _Json, resolutions: Mapping[date, ResolutionEntry]) -> list[Sequence[object]]:
    """What happened, for the target dates that are horizons with a resolution; void ones have none."""
    categories: dict[date, dict[str, None]] = {}
    for item in tasks["rounds"]:
        task = item["model_tasks"][0]
        for day in task["task_ids"]["target_date"]["optional"]:
            names = task["output_type"]["pmf"]["output_type_id"]["required"]
            categories.setdefault(iso_date(day), {}).update(dict.fromkeys(names))
    return [
        (day, TARGET, "pmf", name, int(name == resolutions[day].outcome))
        for day in sorted(categories.keys() & resolutions.keys())
        if not resolutions[day].void
        for name in categories[day]
    ]


def _model_metadata(team: str, model: str, issued: Issued) -> str:
    import yaml

    fields = {
        "team_name": "scenario-forecast",
        "team_abbr": team,
        "model_name": "Bayesian multi-state model driven by dated events",
        "model_abbr": model,
        "model_version": issued.identity()["exported_by"],
        "model_contributors": [],
        "designated_model": True,
        "methods": (
            "Drivers follow autoregressive paths, measured by graded reports, series and judgements; hazards between"
            " states depend on them; outcomes are named conditions on the history of states. Posterior by NUTS, or by"
            " reweighting the draws of an earlier fit."
        ),
        "data_inputs": f"the evidence of the scenario {issued.entry.scenario}, as the ledger names it by hash",
    }
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=100)


def _admin(issued: Issued) -> _Json:
    """Administrative settings. Who maintains the hub and where it lives only its maintainer knows."""
    return {
        "schema_version": f"{_SCHEMAS}/admin-schema.json",
        "name": f"{issued.entry.title} ({issued.entry.scenario})",
        "maintainer": "to be filled in by the maintainer",
        "contact": {"name": "to be filled in by the maintainer"},
        "repository": {"host": "github", "owner": "to-be-filled-in", "name": issued.entry.scenario},
        "file_format": ["csv"],
        "timezone": "Atlantic/Reykjavik",  # UTC all year; the schema does not list UTC itself
    }


_TARGET_DATA: _Json = {
    "schema_version": f"{_SCHEMAS}/target-data-schema.json",
    "observable_unit": ["target", "target_date"],
    "date_col": "target_date",
    "versioned": False,
    "oracle-output": {"has_output_type_ids": True},
}
_METADATA_SCHEMA: _Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Model metadata",
    "type": "object",
    "properties": {
        "team_name": {"type": "string"},
        "team_abbr": {"type": "string", "pattern": "^[a-zA-Z0-9_]+$", "maxLength": _LONGEST_PART},
        "model_name": {"type": "string"},
        "model_abbr": {"type": "string", "pattern": "^[a-zA-Z0-9_]+$", "maxLength": _LONGEST_PART},
        "model_version": {"type": "string"},
        "model_contributors": {"type": "array", "items": {"type": "object"}},
        "license": {"type": "string"},
        "designated_model": {"type": "boolean"},
        "methods": {"type": "string"},
        "data_inputs": {"type": "string"},
    },
    "required": ["team_name", "team_abbr", "model_name", "model_abbr", "designated_model"],
    "additionalProperties": True,
}


def _wrong(path: Path, message: str) -> InputError:
    return InputError([Problem(str(path), 0, "", message)])
