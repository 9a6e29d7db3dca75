"""The compiled forward pass of a circuit alone.

With everything outside a circuit at its mean, what a site receives is a constant vector plus what
few kept nodes add to it by deviating from their means:

    pre = (bias + W mean) + sum over kept sources of W[:, source] * (value - mean)

so that sites without kept nodes need no work at all, and a kept node survives AbsTopK where fewer
than k entries of its row are larger. Exact up to the order of float additions; the plain model
(`backend.circuits.ablation.evaluate`) is its oracle.

One file on purpose: numba's cache notices a change in a function's own file only, so what is
compiled together has to stand together.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np

FASTMATH = {"reassoc", "contract", "nsz", "arcp"}

MANY = 12
"""Kept nodes of a row from which finding the threshold beats counting for each of them."""
TOUCHED = 96
"""Neurons reached from which all of them together beat those few one by one."""

IN, Q, K, V, OUT, MLP_IN, NEURON, MLP_OUT = range(8)
"""Sites of a layer in forward order, as `models.sites.SiteKind`."""
IN_Q, IN_K, IN_V, V_OUT, IN_NEURON, NEURON_OUT = range(6)
"""Site pairs of a layer, as `models.sites.EDGE_KINDS`."""


class Arrays(NamedTuple):
    """A model and a batch as arrays. L layers, A = d_attn, D = d_model, R = d_read, H heads.

    `packed.pack` fills it.
    """

    x0: Any
    """[rows, D] embeddings."""
    positions: Any
    """[2 L, rows, R - D] normed position channels, as each reader sees them."""
    norm: Any
    """[2 L + 1, D] norm weights: before attention and MLP of each layer, and the final one."""
    eps: float
    first: Any
    """[L, 8] number of the first node of each site."""
    width: Any
    """[8] nodes of each site."""
    topk: Any
    """[8] entries AbsTopK keeps; the width where there is none."""
    mean: Any
    """[nodes]."""
    constant: Any
    """[nodes] bias + W mean of each node that receives edges; for OUT the bias alone."""
    by_head: Any
    """[L, H, D] W_out mean of each head's v channels."""
    starts: Any
    """[L, 6, widest + 1] number of the first edge of each source."""
    target: Any
    """[edges] index of the target within its site."""
    weight: Any
    """[edges]."""
    sink: Any
    """[L, H] logits; minus infinity where there is none."""
    d_head: int
    relu: bool
    alike: Any
    """[rows] the first row with the same token (and position, where there are positions)."""
    depth: Any
    chain_starts: Any
    chains: Any
    leaves: Any
    leaf: Any
    direction: Any
    """[batch, D] unembedding of the right answer less the wrong one's, times the final norm."""
    offset: Any
    """[batch] what the bigram table and the logits' bias give the right answer over the wrong."""


@numba.njit(inline="always")
def _activation(x: Any, relu: bool) -> Any:
    if relu:
        return max(x, np.float32(0))
    return np.float32(0.5) * x * (np.float32(1) + math.erf(x * np.float32(0.7071067811865476)))


@numba.njit(inline="always")
def _power_of_two(y: Any, whole: Any) -> Any:
    """2 to the power of y - whole, for differences within half: a Taylor polynomial."""
    r = (y - whole) * np.float32(0.6931471805599453)
    p = np.float32(1 / 5040)
    p = p * r + np.float32(1 / 720)
    p = p * r + np.float32(1 / 120)
    p = p * r + np.float32(1 / 24)
    p = p * r + np.float32(1 / 6)
    p = p * r + np.float32(0.5)
    p = p * r + np.float32(1)
    return p * r + np.float32(1)


@numba.njit(cache=True, fastmath=FASTMATH, nogil=True)
def _exponentials(x: Any, bits: Any, out: Any) -> None:
    """Exp(x) into `out`, for x up to 0, within a few units of the last place; a loop of vectors.

    Args:
        x: [n].
        bits: [n] int32, scratch; read as floats they are the powers of two.
        out: [n].
    """
    for i in range(x.shape[0]):
        y = max(x[i] * np.float32(1.4426950408889634), np.float32(-126))
        whole = np.floor(y + np.float32(0.5))
        bits[i] = (np.int32(whole) + np.int32(127)) << np.int32(23)
        out[i] = _power_of_two(y, whole)
    scale = bits.view(np.float32)
    for i in range(x.shape[0]):
        out[i] *= scale[i]


@numba.njit(cache=True, fastmath=FASTMATH, nogil=True)
def _gelu_magnitudes(x: Any, squares: Any, bits: Any, out: Any) -> None:
    """|gelu(x)| into `out`, within 4e-7; a loop of vectors.

    The error function is Abramowitz and Stegun's 7.1.26.

    Args:
        x: [n].
        squares: [n] scratch.
        bits: [n] int32, scratch.
        out: [n].
    """
    for i in range(x.shape[0]):
        squares[i] = x[i] * x[i] * np.float32(-0.5)
    _exponentials(squares, bits, out)
    for i in range(x.shape[0]):
        z = abs(x[i]) * np.float32(0.7071067811865476)
        t = np.float32(1) / (np.float32(1) + np.float32(0.3275911) * z)
        p = np.float32(1.061405429)
        p = p * t - np.float32(1.453152027)
        p = p * t + np.float32(1.421413741)
        p = p * t - np.float32(0.284496736)
        p = p * t + np.float32(0.254829592)
        tail = np.float32(0.5) * p * t * out[i]  # of the normal distribution, beyond |x|
        share = np.float32(1) - tail if x[i] > 0 else tail
        out[i] = abs(x[i]) * share


@numba.njit(cache=True, fastmath=FASTMATH, nogil=True)
def _larger(magnitudes: Any, than: Any) -> Any:
    """How many entries are larger."""
    count = np.int32(0)
    for i in range(magnitudes.shape[0]):
        count += np.int32(magnitudes[i] > than)
    return count


@numba.njit(cache=True, nogil=True)
def _threshold(magnitudes: Any, k: int) -> Any:
    """The k-th largest magnitude, by bisection on the bits."""
    bits = magnitudes.view(np.int32)
    low, high = np.int32(0), np.int32(0)
    for i in range(bits.shape[0]):
        high = max(high, bits[i])
    high += np.int32(1)
    while high - low > 1:
        middle = low + (high - low) // 2
        count = np.int32(0)
        for i in range(bits.shape[0]):
            count += np.int32(bits[i] >= middle)
        if count >= k:
            low = middle
        else:
            high = middle
    # An array of one, to read the bits as a float.
    return np.array([low], np.int32).view(np.float32)[0]


@numba.njit(cache=True, nogil=True)
def _survivors(magnitudes: Any, k: int, kept: Any, passes: Any) -> None:
    """passes[i] = whether kept[i] is among the k largest magnitudes or ties with them."""
    n = kept.shape[0]
    if k >= magnitudes.shape[0]:
        for i in range(n):
            passes[i] = True
    elif n <= MANY:
        for i in range(n):
            passes[i] = _larger(magnitudes, magnitudes[kept[i]]) < k
    else:
        threshold = _threshold(magnitudes, k)
        for i in range(n):
            passes[i] = magnitudes[kept[i]] >= threshold


@numba.njit(cache=True, fastmath=FASTMATH, nogil=True)
def _inverse_norm(x: Any, eps: float) -> Any:
    total = np.float32(0)
    for i in range(x.shape[0]):
        total += x[i] * x[i]
    return np.float32(1) / np.sqrt(total / np.float32(x.shape[0]) + np.float32(eps))


@numba.njit(cache=True, nogil=True)
def _read(
    x: Any, positions: Any, norm: Any, eps: float, k: int, kept: Any, mean: Any,
    magnitudes: Any, passes: Any, out: Any,
) -> None:  # fmt: skip
    """Deviations of kept residual channels read by a block, of one row."""
    d = x.shape[0]
    inverse = _inverse_norm(x, eps)
    for i in range(d):
        magnitudes[i] = abs(x[i] * inverse * norm[i])
    for i in range(positions.shape[0]):
        magnitudes[d + i] = abs(positions[i])
    _survivors(magnitudes[: d + positions.shape[0]], k, kept, passes)
    for i in range(kept.shape[0]):
        node = kept[i]
        value = np.float32(0)
        if passes[i]:
            value = x[node] * inverse * norm[node] if node < d else positions[node - d]
        out[i] = value - mean[node]


@numba.njit(cache=True, fastmath=FASTMATH, nogil=True)
def _add_all(weight: Any, dropped: Any, deviation: Any, pre: Any) -> None:
    """Pre += weight * deviation where not dropped; a loop of vectors.

    Args:
        weight: [n] of the edges of one source to all of its site pair's targets.
        dropped: [n] of the same edges.
        deviation: of the source.
        pre: [n].
    """
    for i in range(pre.shape[0]):
        pre[i] += np.float32(0) if dropped[i] else weight[i] * deviation


@numba.njit(cache=True, nogil=True)
def _add(
    first: int, last: int, target: Any, weight: Any, dropped: Any, deviation: Any, pre: Any
) -> None:
    """Pre += what one source adds by its deviation, along its edges from first to before last."""
    if last - first == pre.shape[0]:
        _add_all(weight[first:last], dropped[first:last], deviation, pre)
        return
    for edge in range(first, last):
        if not dropped[edge]:
            pre[target[edge]] += weight[edge] * deviation


@numba.njit(cache=True, nogil=True)
def _receive(
    constant: Any, sources: Any, deviations: Any, starts: Any, target: Any, weight: Any,
    dropped: Any, pre: Any,
) -> None:  # fmt: skip
    """Pre = constant + what the sources add to it, of one row."""
    pre[:] = constant
    for i in range(sources.shape[0]):
        deviation = deviations[i]
        if deviation != 0:
            first, last = starts[sources[i]], starts[sources[i] + 1]
            _add(first, last, target, weight, dropped, deviation, pre)


@numba.njit(cache=True, nogil=True)
def _settle(pre: Any, k: int, kept: Any, mean: Any, magnitudes: Any, passes: Any, out: Any) -> None:
    """Deviations of kept nodes after AbsTopK, of one row."""
    for i in range(pre.shape[0]):
        magnitudes[i] = abs(pre[i])
    _survivors(magnitudes[: pre.shape[0]], k, kept, passes)
    for i in range(kept.shape[0]):
        value = pre[kept[i]] if passes[i] else np.float32(0)
        out[i] = value - mean[kept[i]]


@numba.njit(cache=True, nogil=True)
def _kept_of(keep: Any, first: int, width: int) -> Any:
    return keep[first : first + width].nonzero()[0]


@numba.njit(cache=True, nogil=True)
def _scores_of_head(head: int, d_head: int, kept: Any) -> Any:
    """Places in `kept` of the channels of a head."""
    low, high = head * d_head, (head + 1) * d_head
    count = 0
    for i in range(kept.shape[0]):
        count += low <= kept[i] < high
    found = np.empty(count, np.int64)
    count = 0
    for i in range(kept.shape[0]):
        if low <= kept[i] < high:
            found[count] = i
            count += 1
    return found


@numba.njit(cache=True, nogil=True)
def _attention(a: Arrays, layer: int, keep: Any, dropped: Any, x: Any, queries: Any) -> None:
    """Add what attention writes to the rows `queries` of x."""
    first, width = a.first[layer], a.width
    d, heads, d_head = x.shape[1], a.sink.shape[1], a.d_head
    out_mean = a.mean[first[OUT] : first[OUT] + d]
    kept_out = _kept_of(keep, first[OUT], width[OUT])
    if kept_out.shape[0] == 0:
        for row in queries:
            x[row] += out_mean
        return
    kept_in = _kept_of(keep, first[IN], width[IN])
    kept_q = _kept_of(keep, first[Q], width[Q])
    kept_k = _kept_of(keep, first[K], width[K])
    kept_v = _kept_of(keep, first[V], width[V])
    rows, attn = x.shape[0], width[Q]
    q_mean = a.mean[first[Q] : first[Q] + attn]
    k_mean = a.mean[first[K] : first[K] + attn]
    widest = max(width[IN], attn, d)
    magnitudes, passes = np.empty(widest, np.float32), np.empty(widest, np.bool_)
    pre = np.empty(attn, np.float32)
    read = np.empty((rows, kept_in.shape[0]), np.float32)
    q_dev = np.zeros((rows, kept_q.shape[0]), np.float32)
    k_dev = np.zeros((rows, kept_k.shape[0]), np.float32)
    v_dev = np.zeros((rows, kept_v.shape[0]), np.float32)
    if kept_q.shape[0] + kept_k.shape[0] + kept_v.shape[0]:
        in_mean = a.mean[first[IN] : first[IN] + width[IN]]
        for row in range(rows):
            first_alike = a.alike[row]
            if layer == 0 and first_alike < row:
                read[row] = read[first_alike]
                k_dev[row] = k_dev[first_alike]
                v_dev[row] = v_dev[first_alike]
                continue
            if kept_in.shape[0]:
                _read(
                    x[row], a.positions[2 * layer, row], a.norm[2 * layer], a.eps, a.topk[IN],
                    kept_in, in_mean, magnitudes, passes, read[row],
                )  # fmt: skip
            if kept_k.shape[0]:
                _receive(
                    a.constant[first[K] : first[K] + attn], kept_in, read[row],
                    a.starts[layer, IN_K], a.target, a.weight, dropped, pre,
                )  # fmt: skip
                _settle(pre, a.topk[K], kept_k, k_mean, magnitudes, passes, k_dev[row])
            if kept_v.shape[0]:
                _receive(
                    a.constant[first[V] : first[V] + attn], kept_in, read[row],
                    a.starts[layer, IN_V], a.target, a.weight, dropped, pre,
                )  # fmt: skip
                _settle(
                    pre, a.topk[V], kept_v, a.mean[first[V] : first[V] + attn], magnitudes,
                    passes, v_dev[row],
                )  # fmt: skip
        if kept_q.shape[0]:
            for row in queries:
                _receive(
                    a.constant[first[Q] : first[Q] + attn], kept_in, read[row],
                    a.starts[layer, IN_Q], a.target, a.weight, dropped, pre,
                )  # fmt: skip
                _settle(pre, a.topk[Q], kept_q, q_mean, magnitudes, passes, q_dev[row])

    # Heads without kept q and k have one score for all keys: their share that is not the sink's
    # depends on the number of keys alone, and so does what their mean values add.
    scale = np.float32(1 / math.sqrt(d_head))
    base = np.zeros(heads, np.float32)
    live = np.zeros(heads, np.bool_)
    for head in range(heads):
        for c in range(head * d_head, (head + 1) * d_head):
            base[head] += q_mean[c] * k_mean[c] * scale
    for c in kept_q:
        live[c // d_head] = True
    for c in kept_k:
        live[c // d_head] = True
    deepest = 0
    for row in queries:
        deepest = max(deepest, a.depth[row])
    settled = np.empty((deepest + 1, d), np.float32)
    for depth in range(deepest + 1):
        settled[depth] = a.constant[first[OUT] : first[OUT] + d]
        for head in range(heads):
            if not live[head]:
                share = np.float32(1) / (
                    np.float32(1) + math.exp(a.sink[layer, head] - base[head]) / (depth + 1)
                )
                for i in range(d):
                    settled[depth, i] += np.float32(share) * a.by_head[layer, head, i]

    # What each key adds to its scores by itself.
    by_key = np.zeros((rows, heads), np.float32)
    for row in range(rows):
        for i in range(kept_k.shape[0]):
            c = kept_k[i]
            by_key[row, c // d_head] += q_mean[c] * k_dev[row, i] * scale
    mixed = np.zeros(kept_v.shape[0], np.float32)
    pattern, scores = np.empty(deepest + 1, np.float32), np.empty(deepest + 1, np.float32)
    bits = np.empty(deepest + 1, np.int32)
    total = np.empty(d, np.float32)
    out_dev = np.empty(kept_out.shape[0], np.float32)
    places_q = [_scores_of_head(head, d_head, kept_q) for head in range(heads)]
    places_v = [_scores_of_head(head, d_head, kept_v) for head in range(heads)]
    both = np.full((heads, d_head, 2), -1, np.int64)
    pairs = np.zeros(heads, np.int64)
    for i in range(kept_q.shape[0]):
        for j in range(kept_k.shape[0]):
            if kept_q[i] == kept_k[j]:
                head = kept_q[i] // d_head
                both[head, pairs[head], 0] = i
                both[head, pairs[head], 1] = j
                pairs[head] += 1
    for row in queries:
        chain = a.chains[a.chain_starts[row] : a.chain_starts[row + 1]]
        keys = chain.shape[0]
        total[:] = settled[keys - 1]
        for head in range(heads):
            if not live[head] and places_v[head].shape[0] == 0:
                continue
            score = base[head]
            for i in places_q[head]:
                score += q_dev[row, i] * k_mean[kept_q[i]] * scale
            largest = a.sink[layer, head]
            for t in range(keys):
                s = score + by_key[chain[t], head]
                for p in range(pairs[head]):
                    s += q_dev[row, both[head, p, 0]] * k_dev[chain[t], both[head, p, 1]] * scale
                scores[t] = s
                largest = max(largest, s)
            for t in range(keys):
                scores[t] -= largest
            _exponentials(scores[:keys], bits[:keys], pattern[:keys])
            seen = np.float32(0)
            for t in range(keys):
                seen += pattern[t]
            mass = seen + math.exp(a.sink[layer, head] - largest)
            for i in places_v[head]:
                value = np.float32(0)
                for t in range(keys):
                    value += pattern[t] * v_dev[chain[t], i]
                mixed[i] = value / mass
            if live[head]:
                share = np.float32(seen / mass)
                for i in range(d):
                    total[i] += share * a.by_head[layer, head, i]
        for i in range(kept_v.shape[0]):
            start, end = a.starts[layer, V_OUT, kept_v[i]], a.starts[layer, V_OUT, kept_v[i] + 1]
            _add(start, end, a.target, a.weight, dropped, mixed[i], total)
        _settle(total, a.topk[OUT], kept_out, out_mean, magnitudes, passes, out_dev)
        x[row] += out_mean
        for i in range(kept_out.shape[0]):
            x[row, kept_out[i]] += out_dev[i]


@numba.njit(cache=True, nogil=True)
def _mlp(a: Arrays, layer: int, keep: Any, dropped: Any, x: Any, rows: Any) -> None:
    """Add what the MLP writes to the given rows of x."""
    first, width, d = a.first[layer], a.width, x.shape[1]
    out_mean = a.mean[first[MLP_OUT] : first[MLP_OUT] + d]
    kept_out = _kept_of(keep, first[MLP_OUT], d)
    if kept_out.shape[0] == 0:
        for row in rows:
            x[row] += out_mean
        return
    neurons = width[NEURON]
    kept_in = _kept_of(keep, first[MLP_IN], width[MLP_IN])
    kept = _kept_of(keep, first[NEURON], neurons)
    in_mean = a.mean[first[MLP_IN] : first[MLP_IN] + width[MLP_IN]]
    neuron_mean = a.mean[first[NEURON] : first[NEURON] + neurons]
    constant = a.constant[first[NEURON] : first[NEURON] + neurons]
    widest = max(neurons, width[MLP_IN], d)
    magnitudes, passes = np.empty(widest, np.float32), np.empty(widest, np.bool_)
    settled = np.empty(neurons, np.float32)
    for i in range(neurons):
        settled[i] = abs(_activation(constant[i], a.relu))
    pre, total = constant.copy(), np.empty(d, np.float32)
    read = np.empty(kept_in.shape[0], np.float32)
    neuron_dev = np.empty(kept.shape[0], np.float32)
    out_dev = np.empty(kept_out.shape[0], np.float32)
    after = settled.copy()
    squares, bits = np.empty(neurons, np.float32), np.empty(neurons, np.int32)
    starts = a.starts[layer, IN_NEURON]
    touched = 0
    for i in range(kept_in.shape[0]):
        touched += starts[kept_in[i] + 1] - starts[kept_in[i]]
    all_at_once = touched >= TOUCHED and not a.relu
    everything_survives = a.topk[NEURON] >= neurons
    for row in rows:
        if kept.shape[0]:
            if kept_in.shape[0]:
                _read(
                    x[row], a.positions[2 * layer + 1, row], a.norm[2 * layer + 1], a.eps,
                    a.topk[MLP_IN], kept_in, in_mean, magnitudes, passes, read,
                )  # fmt: skip
                for i in range(kept_in.shape[0]):
                    start, end = starts[kept_in[i]], starts[kept_in[i] + 1]
                    _add(start, end, a.target, a.weight, dropped, read[i], pre)
                if all_at_once and not everything_survives:
                    _gelu_magnitudes(pre, squares, bits, after)
                elif not everything_survives:
                    for i in range(kept_in.shape[0]):
                        for edge in range(starts[kept_in[i]], starts[kept_in[i] + 1]):
                            j = a.target[edge]
                            after[j] = abs(_activation(pre[j], a.relu))
            _survivors(after, a.topk[NEURON], kept, passes)
            for i in range(kept.shape[0]):
                value = _activation(pre[kept[i]], a.relu) if passes[i] else np.float32(0)
                neuron_dev[i] = value - neuron_mean[kept[i]]
            # Only what was touched is put back for the next row.
            if all_at_once or everything_survives:
                pre[:] = constant
            else:
                for i in range(kept_in.shape[0]):
                    for edge in range(starts[kept_in[i]], starts[kept_in[i] + 1]):
                        j = a.target[edge]
                        pre[j] = constant[j]
                        after[j] = settled[j]
        _receive(
            a.constant[first[MLP_OUT] : first[MLP_OUT] + d], kept, neuron_dev,
            a.starts[layer, NEURON_OUT], a.target, a.weight, dropped, total,
        )  # fmt: skip
        _settle(total, a.topk[MLP_OUT], kept_out, out_mean, magnitudes, passes, out_dev)
        x[row] += out_mean
        for i in range(kept_out.shape[0]):
            x[row, kept_out[i]] += out_dev[i]


@numba.njit(cache=True, nogil=True)
def _differences(a: Arrays, x: Any, out: Any) -> None:
    """Out [batch] = logit(right) - logit(wrong) from the final residual stream."""
    for i in range(out.shape[0]):
        row = a.leaf[i]
        inverse = _inverse_norm(x[row], a.eps)
        total = np.float32(0)
        for j in range(x.shape[1]):
            total += x[row, j] * a.direction[i, j]
        out[i] = total * inverse + a.offset[i]


@numba.njit(cache=True, nogil=True)
def _half(a: Arrays, half: int, keep: Any, dropped: Any, x: Any, rows: Any) -> None:
    """Half a block: attention where `half` is even, MLP where it is odd."""
    layer = half // 2
    queries = a.leaves if layer == a.first.shape[0] - 1 else rows
    if half % 2 == 0:
        _attention(a, layer, keep, dropped, x, queries)
    else:
        _mlp(a, layer, keep, dropped, x, queries)


@numba.njit(cache=True, nogil=True)
def run(a: Arrays, keep: Any, dropped: Any, before: Any, out: Any) -> None:
    """One circuit alone.

    Args:
        a: the model and the batch.
        keep: [nodes].
        dropped: [edges].
        before: [2 L, rows, D] gets the residual stream before each half block; or [0, rows, D].
        out: [batch] gets logit(right) - logit(wrong).
    """
    x = a.x0.copy()
    rows = np.arange(x.shape[0])
    for half in range(2 * a.first.shape[0]):
        if before.shape[0]:
            before[half] = x
        _half(a, half, keep, dropped, x, rows)
    _differences(a, x, out)


@numba.njit(cache=True, nogil=True)
def run_variants(
    a: Arrays, keep: Any, dropped: Any, before: Any, starts: Any, flips: Any, halves: Any,
    chosen: Any, out: Any,
) -> None:  # fmt: skip
    """Circuits that differ from one by few nodes and edges, each from its first difference on.

    Args:
        a: the model and the batch.
        keep: [nodes] of the one.
        dropped: [edges] of the one.
        before: as `run` filled it for the one.
        starts: [variants + 1] where each variant's flips start.
        flips: numbers of nodes, and of edges after them, that are toggled.
        halves: [variants] the first half block that differs; 2 L if none does.
        chosen: which variants to compute.
        out: [variants, batch].
    """
    nodes = keep.shape[0]
    own_keep, own_dropped = keep.copy(), dropped.copy()
    rows = np.arange(a.x0.shape[0])
    x = np.empty_like(a.x0)
    count = 2 * a.first.shape[0]
    for variant in chosen:
        for i in range(starts[variant], starts[variant + 1]):
            flip = flips[i]
            if flip < nodes:
                own_keep[flip] ^= 1
            else:
                own_dropped[flip - nodes] ^= 1
        x[:] = before[min(halves[variant], count - 1)]
        for half in range(min(halves[variant], count - 1), count):
            _half(a, half, own_keep, own_dropped, x, rows)
        _differences(a, x, out[variant])
        for i in range(starts[variant], starts[variant + 1]):
            flip = flips[i]
            if flip < nodes:
                own_keep[flip] = keep[flip]
            else:
                own_dropped[flip - nodes] = dropped[flip - nodes]
