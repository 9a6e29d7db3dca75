"""The criteria of the report, all in one place and fixed before any circuit is looked at.

What makes a circuit sufficient and necessary is the method's; the other bounds are this report's
own. They are round numbers, not fitted to any result: a line that misses one by a little is to be
read as the number it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.circuits.statistics import Estimate

ACCURACY_AT_MOST = 0.6
"""With the circuit ablated, the task is nearly a coin toss."""
DAMAGE_SHARE = 0.95
"""Of the random sets, must do less damage than the circuit's nodes."""
TEXT_SHARE = 0.1
"""Of the damage to the task may fall on ordinary text, a token."""
RECOVERY = (0.8, 1.25)
"""Least and most: a circuit four fifths as sure as the model, or as much surer."""
DIVERGENCE_SHARE = 0.5
"""Of the divergence with everything ablated may be left."""
ADDS_NOTHING = 1e-4
"""Nats: what adds no more than this adds nothing."""
GAP_AT_MOST = 0.15
"""Nats between circuit and model that miss the same part: the usual target loss."""
CORRELATION_AT_LEAST = 0.8
SIGN_FLIPS_AT_MOST = 0.05
ATTENTION_AT_MOST = 0.1
"""Nats of Jensen-Shannon divergence, of at most ln 2 = 0.69."""
OVERLAP_AT_LEAST = 0.5
INCLUSION_AT_LEAST = 0.8
CONTROL_RATIO_AT_MOST = 0.5
"""A circuit is to be at most half the size of what the same search finds in a control."""


@dataclass(frozen=True)
class Criterion:
    """What a number must be.

    Attributes:
        words: as shown.
        holds: whether a number and its interval meet it.
    """

    words: str
    holds: Callable[[Estimate], bool]


def upper_end(most: float, words: str) -> Criterion:
    """The interval's upper end is at most a bound."""
    return Criterion(
        f"the interval's upper end is at most {words}", lambda estimate: estimate.high <= most
    )


def lower_end(least: float, words: str) -> Criterion:
    """The interval's lower end is at least a bound."""
    return Criterion(
        f"the interval's lower end is at least {words}", lambda estimate: estimate.low >= least
    )


def value(most: float, words: str) -> Criterion:
    """The number itself is at most a bound."""
    return Criterion(f"at most {words}", lambda estimate: estimate.value <= most)


def meets_target(target: float) -> Criterion:
    """Of a loss (method: sufficient)."""
    return upper_end(target, f"the target, {target:g} nats")


def near_the_model(target: float, above: Estimate) -> Criterion:
    """Of a loss on shifted pairs, where the model itself may miss the target.

    Args:
        target: nats.
        above: how far the circuit's loss is above the model's.
    """
    return Criterion(
        f"the interval's upper end of what it is above the whole model's is at most the target, "
        f"{target:g} nats",
        lambda estimate: above.high <= target,
    )


def answers_lost() -> Criterion:
    """Of the accuracy with the circuit ablated (method: necessary)."""
    return upper_end(ACCURACY_AT_MOST, f"{ACCURACY_AT_MOST:g}")


def beyond_random(share: float) -> Criterion:
    """Of the damage (method: necessary).

    Args:
        share: of the random sets that do less.
    """
    return Criterion(
        f"more than that of {DAMAGE_SHARE:.0%} of the random sets",
        lambda estimate: share >= DAMAGE_SHARE,
    )


def specific(damage: float) -> Criterion:
    """Of the damage to ordinary text, beside that to the task in nats."""
    return value(TEXT_SHARE * damage, f"{TEXT_SHARE:g} of the damage to the task")


def recovered() -> Criterion:
    """Of the logit-difference recovery."""
    least, most = RECOVERY
    return Criterion(
        f"the whole interval is between {least:g} and {most:g}",
        lambda estimate: least <= estimate.low and estimate.high <= most,
    )


def closer(ablated: float) -> Criterion:
    """Of the divergence from the whole model, beside that with everything ablated, nats."""
    return upper_end(
        DIVERGENCE_SHARE * ablated, f"{DIVERGENCE_SHARE:g} of that with everything ablated"
    )


def none() -> Criterion:
    """Of a count."""
    return Criterion("none", lambda estimate: estimate.value == 0)


def complete() -> Criterion:
    """Of the gap between circuit and model that miss the same part."""
    return upper_end(GAP_AT_MOST, f"{GAP_AT_MOST:g} nats")


def alike() -> Criterion:
    """Of the correlation of activations."""
    return lower_end(CORRELATION_AT_LEAST, f"{CORRELATION_AT_LEAST:g}")


def same_signs() -> Criterion:
    """Of the share of sign flips."""
    return upper_end(SIGN_FLIPS_AT_MOST, f"{SIGN_FLIPS_AT_MOST:g}")


def same_attention() -> Criterion:
    """Of the attention divergence."""
    return upper_end(ATTENTION_AT_MOST, f"{ATTENTION_AT_MOST:g} nats")


def overlapping() -> Criterion:
    """Of the overlap of seeds."""
    return Criterion(
        f"at least {OVERLAP_AT_LEAST:g}", lambda estimate: estimate.value >= OVERLAP_AT_LEAST
    )


def found_again() -> Criterion:
    """Of the inclusion frequency of the circuit's nodes."""
    return Criterion(
        f"at least {INCLUSION_AT_LEAST:g}", lambda estimate: estimate.value >= INCLUSION_AT_LEAST
    )


def smaller_than_control() -> Criterion:
    """Of the circuit's size over that of what was found in a control."""
    return value(
        CONTROL_RATIO_AT_MOST, f"{CONTROL_RATIO_AT_MOST:g}; 0 where the control has no circuit"
    )
