"""Lines, criteria and the sentences made of them."""

from backend.circuits.faithfulness import criteria
from backend.circuits.faithfulness.document import ReportLine
from backend.circuits.faithfulness.lines import line
from backend.circuits.faithfulness.summary import summarise
from backend.circuits.statistics import Estimate


def loss(value: str, low: float, high: float) -> ReportLine:
    return line(
        f"sufficiency.{value}.loss",
        "Loss",
        "nats",
        Estimate((low + high) / 2, low, high),
        beside={},
        criterion=criteria.meets_target(0.15),
        limit="",
    )


def necessity(accuracy: float, share: float) -> list[ReportLine]:
    return [
        line(
            "necessity.accuracy",
            "Accuracy",
            "share",
            Estimate(accuracy, accuracy, accuracy),
            beside={},
            criterion=criteria.answers_lost(),
            limit="",
        ),
        line(
            "necessity.damage",
            "Damage",
            "nats",
            1.0,
            beside={"share of random sets that do less": share},
            criterion=criteria.beyond_random(share),
            limit="",
        ),
    ]


def test_the_interval_decides_not_the_value() -> None:
    assert loss("mean", 0.13, 0.15).met is True
    assert loss("mean", 0.12, 0.1501).met is False


def test_a_plain_number_has_no_interval() -> None:
    count = line("minimality.nodes", "N", "count", 2.0, beside={}, limit="")
    assert (count.low, count.high, count.criterion, count.met) == (None, None, None, None)
    assert count.group == "minimality"


def test_criteria() -> None:
    assert criteria.recovered().holds(Estimate(1, 0.8, 1.25))
    assert not criteria.recovered().holds(Estimate(1, 0.79, 1.1))
    assert not criteria.recovered().holds(Estimate(3, 2.9, 3.1)), "much surer than the model"
    assert criteria.answers_lost().holds(Estimate(0.5, 0.4, 0.6))
    assert not criteria.answers_lost().holds(Estimate(0.5, 0.4, 0.61))
    assert criteria.beyond_random(0.95).holds(Estimate(1, 1, 1))
    assert not criteria.beyond_random(0.94).holds(Estimate(1, 1, 1))
    assert criteria.specific(1.0).holds(Estimate(0.1, 0, 9))
    assert not criteria.specific(0.5).holds(Estimate(0.1, 0, 0.1))
    assert criteria.closer(3.0).holds(Estimate(1, 1, 1.5))
    assert not criteria.closer(3.0).holds(Estimate(1, 1, 1.6))
    assert criteria.near_the_model(0.15, Estimate(0, 0, 0.15)).holds(Estimate(9, 9, 9))
    assert not criteria.near_the_model(0.15, Estimate(0, 0, 0.16)).holds(Estimate(0, 0, 0))
    assert criteria.smaller_than_control().holds(Estimate(0.5, 0.5, 0.5))
    assert not criteria.none().holds(Estimate(1, 1, 1))


def test_the_summary_says_under_which_ablations() -> None:
    lines = [loss("mean", 0.1, 0.13), loss("resample", 0.7, 0.8), *necessity(0.5, 1.0)]
    assert summarise(lines, {"curve": "none"}, 0.15) == [
        "Sufficient under mean ablation: the loss's upper end 0.13 is within 0.15 nats.",
        "Not sufficient under resampled values: the loss's upper end 0.8 is above 0.15 nats.",
        "Necessary: with the circuit ablated the accuracy's upper end is 50%, and the loss rises "
        "by more than with 100% of the random node sets.",
        "Every criterion met: necessity.",
        "Left out: curve.",
    ]


def test_the_summary_says_what_fails() -> None:
    gap = line(
        "completeness.worst",
        "Gap of the worst",
        "nats",
        Estimate(0.5, 0.4, 0.6),
        beside={},
        criterion=criteria.complete(),
        limit="",
    )
    sentences = summarise([*necessity(0.7, 0.2), gap], {}, 0.15)
    assert sentences == [
        "Not shown to be necessary: with the circuit ablated the accuracy's upper end is 70%, and "
        "the loss rises by more than with 20% of the random node sets.",
        "Not met: gap of the worst: 0.5 nats (0.4 to 0.6); criterion: the interval's upper end is "
        "at most 0.15 nats.",
    ]
