"""Lines of the report, made of numbers and criteria."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.circuits.faithfulness.criteria import Criterion
from backend.circuits.faithfulness.document import GROUPS, ReportLine, Unit
from backend.circuits.statistics import Estimate


@dataclass(frozen=True)
class Part:
    """What one group has to say.

    Attributes:
        lines: its lines.
        left_out: by line or group, why it could not be computed.
    """

    lines: list[ReportLine]
    left_out: dict[str, str] = field(default_factory=dict)


def line(
    id: str,
    title: str,
    unit: Unit,
    number: Estimate | float,
    *,
    beside: Mapping[str, float],
    limit: str,
    criterion: Criterion | None = None,
) -> ReportLine:
    """A line; its group is the beginning of its id.

    Args:
        id: `<group>.<...>`.
        title: as shown.
        unit: of all its numbers, unless `beside` says otherwise.
        number: with its interval; a plain number has none.
        beside: what it is read against.
        limit: what it cannot show.
        criterion: None where there is none.
    """
    estimate = number if isinstance(number, Estimate) else Estimate(number, number, number)
    sure = isinstance(number, Estimate)
    group = next(group for group in GROUPS if group == id.partition(".")[0])
    return ReportLine(
        id=id,
        group=group,
        title=title,
        unit=unit,
        value=estimate.value,
        low=estimate.low if sure else None,
        high=estimate.high if sure else None,
        beside=dict(beside),
        criterion=None if criterion is None else criterion.words,
        met=None if criterion is None else criterion.holds(estimate),
        limit=limit,
    )
