"""The JSON document of ``forecast explain``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.cli.documents import entry_header

if TYPE_CHECKING:
    from forecast.workflow import ExplainResult
    from forecast.workflow.explained import Group

__all__ = ["explain_document"]


def explain_document(result: ExplainResult) -> dict[str, Any]:
    """Of ``explain``."""
    names = [name for name, _ in result.outcomes]

    def named(values: np.ndarray | None) -> dict[str, float] | None:
        return None if values is None else dict(zip(names, values.tolist(), strict=True))

    def groups(items: Sequence[Group]) -> list[dict[str, Any]]:
        return [{"names": item.names, "change": named(item.change), "mcse": named(item.mcse)} for item in items]

    earlier = result.earlier
    return entry_header(
        result.later,
        **{"from": None if earlier is None else {"ledger_id": earlier.id, "as_of": earlier.as_of}},
        to={"ledger_id": result.later.id, "as_of": result.later.as_of},
        parts=[
            {
                "kind": part.kind,
                "id": part.id,
                "what": part.what,
                "date": part.date,
                "text": part.text,
                "change": named(part.change),
                "mcse": named(part.mcse),
                "backward": named(part.backward),
                "backward_mcse": named(part.backward_mcse),
            }
            for part in result.parts
        ],
        time_and_evidence=named(result.told),
        time_and_evidence_mcse=named(result.told_mcse),
        total=named(result.total),
        total_mcse=named(result.total_mcse),
        by_type=groups(result.by_type),
        by_driver=groups(result.by_driver),
        pareto_k=result.pareto_k if math.isfinite(result.pareto_k) else None,
        rough=result.rough,
        leave_one_out=[
            {
                "id": item.id,
                "text": item.text,
                "change": named(item.change),
                "mcse": named(item.mcse),
                "pareto_k": item.pareto_k if math.isfinite(item.pareto_k) else None,
                "rough": item.rough,
                "refit": item.refit,
            }
            for item in result.left_out
        ],
    )
