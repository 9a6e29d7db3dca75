"""The formulas of the report, on plain tensors and sets: each one small, with its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from itertools import combinations

import torch
from torch import Tensor
from torch.nn import functional as F


def recovery(circuit: Tensor, model: Tensor, ablated: Tensor) -> Tensor:
    """(LD_circuit - LD_ablated) / (LD_model - LD_ablated), of mean logit differences.

    1 where the circuit answers as clearly as the model, 0 where it answers as the model with
    everything ablated; above 1 where the circuit is surer than the model. Wang et al. 2022
    ("Interpretability in the wild", section 4) and Miller et al. 2024 ("Transformer circuit
    faithfulness metrics are not robust", section 2) normalise so.

    Args:
        circuit: [...] logit(right) - logit(wrong) of the circuit alone, in the mean.
        model: [...] of the whole model.
        ablated: [...] with every node ablated.

    Returns:
        [...]; NaN or infinite where the model answers as with everything ablated.
    """
    return (circuit - ablated) / (model - ablated)


def divergence(model: Tensor, circuit: Tensor) -> Tensor:
    """KL(model || circuit) = sum of p (log p - log q) over the full vocabulary, in nats.

    What Conmy et al. 2023 ("Towards automated circuit discovery", section 2) minimise: it sees
    every next token, not the two answers alone.

    Args:
        model: [..., vocab] logits of the whole model.
        circuit: [..., vocab] logits of the circuit.

    Returns:
        [...].
    """
    p, q = model.log_softmax(-1), circuit.log_softmax(-1)
    return (p.exp() * (p - q)).sum(-1)


def jensen_shannon(p: Tensor, q: Tensor) -> Tensor:
    """(KL(p || m) + KL(q || m)) / 2 with m = (p + q) / 2, in nats: 0 if equal, ln 2 if disjoint.

    Lin 1991, "Divergence measures based on the Shannon entropy".

    Args:
        p: [..., places] shares that sum to 1.
        q: [..., places] likewise.

    Returns:
        [...].
    """
    m = (p + q) / 2
    result: Tensor = _entropy(m) - (_entropy(p) + _entropy(q)) / 2
    return result


def _entropy(p: Tensor) -> Tensor:
    result: Tensor = torch.special.entr(p).sum(-1)
    return result


def moments(x: Tensor, y: Tensor) -> Tensor:
    """x, y, x², y², xy: what `correlation` needs the means of.

    Args:
        x: [...].
        y: [...].

    Returns:
        [..., 5] float64.
    """
    x, y = x.double(), y.double()
    return torch.stack([x, y, x * x, y * y, x * y], dim=-1)


def correlation(means: Tensor) -> Tensor:
    """Pearson's r = cov(x, y) / sqrt(var(x) var(y)), from the means of `moments`.

    Drori 2026 ("Weight-sparse circuits may be interpretable yet unfaithful") compares activations
    in the pruned model with those in the whole one, and finds nodes that mean another thing there.

    Args:
        means: [..., 5].

    Returns:
        [...], from -1 to 1; NaN where x or y is constant.
    """
    x, y, xx, yy, xy = means.unbind(-1)
    spread = (_variance(x, xx) * _variance(y, yy)).sqrt()
    r: Tensor = torch.where(spread > 0, (xy - x * y) / spread, torch.nan).clamp(-1, 1)
    return r


def _variance(x: Tensor, xx: Tensor) -> Tensor:
    """E x² - (E x)², exactly 0 where it is no more than rounding."""
    variance = xx - x * x
    return torch.where(variance > 1e-10 * xx, variance, 0)


def sign_flips(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Where two values have opposite signs, and where both have one: the share is the ratio.

    Drori 2026 shows a node that fires with one sign on one kind of token in the circuit, and with
    the other sign on another kind in the whole model. Zeros, of which AbsTopK makes many, have no
    sign.

    Args:
        x: [...].
        y: [...].

    Returns:
        Flipped and signed, [...] booleans.
    """
    signed = (x != 0) & (y != 0)
    return signed & ((x > 0) != (y > 0)), signed


def gap(circuit: Tensor, model: Tensor, most: float) -> Tensor:
    """|F(C - K) - F(M - K)|: how differently circuit and model take the loss of a part K.

    The completeness score of Wang et al. 2022, section 4: if K is missed by the circuit and not by
    the model, the model has something else in K's place, which the circuit lacks. F is the mean
    task loss, capped.

    Args:
        circuit: [...] mean loss of the circuit without K, nats.
        model: [...] mean loss of the model without K, nats.
        most: what higher losses count as, e.g. chance.

    Returns:
        [...] nats, at most `most`.
    """
    return (circuit.clamp(max=most) - model.clamp(max=most)).abs()


def share_below(value: float, others: Sequence[float]) -> float:
    """Share of others that are strictly below a value.

    Shi et al. 2024 ("Hypothesis testing the circuit hypothesis in LLMs", section 3) test circuits
    against random ones of their size so.
    """
    return sum(other < value for other in others) / len(others)


def jaccard(a: Set[str], b: Set[str]) -> float:
    """|a ∩ b| / |a ∪ b|; 1 for two empty sets, which are the same.

    Jaccard 1901.
    """
    return len(a & b) / len(a | b) if a or b else 1.0


def mean_overlap(sets: Sequence[Set[str]]) -> float:
    """Mean of `jaccard` over all pairs of two or more sets."""
    overlaps = [jaccard(a, b) for a, b in combinations(sets, 2)]
    return sum(overlaps) / len(overlaps)


def inclusion(name: str, sets: Sequence[Set[str]]) -> float:
    """Share of the sets that have a member."""
    return sum(name in each for each in sets) / len(sets)


def area(sizes: Iterable[float], losses: Tensor) -> Tensor:
    """Area under the loss over log10(size), by trapezoids, in nats x decades.

    Sizes below 1 count as 1. The logarithm lets a step from 5 to 50 edges weigh as much as one
    from 50 to 500.

    Args:
        sizes: ascending.
        losses: [..., sizes] nats.

    Returns:
        [...].
    """
    decades = torch.tensor([max(size, 1.0) for size in sizes], dtype=losses.dtype).log10()
    return torch.trapezoid(losses, decades)


def next_token_losses(logits: Tensor, tokens: Tensor) -> Tensor:
    """Cross-entropy of each token after the first, given those before it, in nats.

    Args:
        logits: [windows, pos, vocab].
        tokens: [windows, pos].

    Returns:
        [windows, pos - 1].
    """
    return F.cross_entropy(logits[:, :-1].transpose(1, 2), tokens[:, 1:], reduction="none")
