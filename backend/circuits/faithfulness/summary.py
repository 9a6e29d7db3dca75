"""The report in sentences: what holds under which ablation, and what fails. No verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.circuits.ablation import AblationValue
from backend.circuits.faithfulness.document import GROUPS, ReportLine
from backend.circuits.faithfulness.sufficiency import WORDS


def summarise(lines: Sequence[ReportLine], left_out: Mapping[str, str], target: float) -> list[str]:
    """Sentences, the most important first.

    Args:
        lines: of the report.
        left_out: by line or group, why it is missing.
        target: task loss, nats.
    """
    by_id = {line.id: line for line in lines}
    sentences = [
        _sufficient(by_id[id], WORDS[value], target)
        for value in AblationValue
        if (id := f"sufficiency.{value}.loss") in by_id
    ]
    if "necessity.accuracy" in by_id and "necessity.damage" in by_id:
        sentences.append(_necessary(by_id["necessity.accuracy"], by_id["necessity.damage"]))
    told = {id for id in by_id if id.startswith("sufficiency.") and id.endswith(".loss")}
    told |= {"necessity.accuracy", "necessity.damage"}
    sentences += [
        f"Not met: {_lower(line.title)}: {_number(line)}; criterion: {line.criterion}."
        for line in lines
        if line.met is False and line.id not in told
    ]
    met = [group for group in GROUPS if _all_met(lines, group)]
    if met:
        sentences.append(f"Every criterion met: {', '.join(met)}.")
    if left_out:
        sentences.append(f"Left out: {', '.join(sorted(left_out))}.")
    return sentences


def _sufficient(line: ReportLine, words: str, target: float) -> str:
    high = line.value if line.high is None else line.high
    if line.met:
        return (
            f"Sufficient under {words}: the loss's upper end {high:.3g} is within {target:g} nats."
        )
    return (
        f"Not sufficient under {words}: the loss's upper end {high:.3g} is above {target:g} nats."
    )


def _necessary(accuracy: ReportLine, damage: ReportLine) -> str:
    high = accuracy.value if accuracy.high is None else accuracy.high
    share = damage.beside["share of random sets that do less"]
    begin = "Necessary" if accuracy.met and damage.met else "Not shown to be necessary"
    return (
        f"{begin}: with the circuit ablated the accuracy's upper end is {high:.0%}, and the loss "
        f"rises by more than with {share:.0%} of the random node sets."
    )


def _number(line: ReportLine) -> str:
    unit = "" if line.unit in ("count", "share", "ratio", "correlation") else f" {line.unit}"
    if line.low is None or line.high is None:
        return f"{line.value:.3g}{unit}"
    return f"{line.value:.3g}{unit} ({line.low:.3g} to {line.high:.3g})"


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]


def _all_met(lines: Sequence[ReportLine], group: str) -> bool:
    judged = [line.met for line in lines if line.group == group and line.met is not None]
    return bool(judged) and all(judged)
