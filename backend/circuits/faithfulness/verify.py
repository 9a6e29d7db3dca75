"""The report as a whole: every group in turn, then the document.

What the groups share (the whole model's answers, the circuit's, everything ablated) is computed
once (`subject`); worst cases are looked for on validation pairs and reported on test pairs.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from backend.circuits.ablation import (
    AblationValue,
    MeanValues,
    ResampledValues,
    Values,
    ZeroValues,
    sample_activations,
)
from backend.circuits.circuit import Circuit
from backend.circuits.edges import dropped_edges
from backend.circuits.faithfulness.again import is_known
from backend.circuits.faithfulness.agreement import agreement
from backend.circuits.faithfulness.completeness import completeness
from backend.circuits.faithfulness.config import ReportConfig
from backend.circuits.faithfulness.control_lines import Controls, control_lines
from backend.circuits.faithfulness.criteria import ADDS_NOTHING
from backend.circuits.faithfulness.curve import curve
from backend.circuits.faithfulness.document import FaithfulnessReport, NodeReport
from backend.circuits.faithfulness.generalisation import generalisation
from backend.circuits.faithfulness.lines import Part
from backend.circuits.faithfulness.minimality import minimality
from backend.circuits.faithfulness.necessity import necessity
from backend.circuits.faithfulness.robustness import robustness
from backend.circuits.faithfulness.stability import Stability, stability
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.faithfulness.sufficiency import sufficiency
from backend.circuits.faithfulness.summary import summarise
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.circuits.search.config import Progress, Watcher
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint
from models.means import NodeMeans
from models.sites import Edge
from models.tokenizer import Tokenizer
from tasks import Batch, Split, Task

NOT_ASKED = "Not asked for: it searches again, which takes minutes."


def verify(
    checkpoint: Checkpoint,
    task: Task,
    circuit: Circuit,
    config: ReportConfig | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> FaithfulnessReport:
    """Compute the report on a circuit.

    Args:
        checkpoint: the circuit's, with tokenizer and node means; without held-out text, some
            lines are left out.
        task: the circuit's.
        circuit: from a search, or opened from a path.
        config: how many of everything; the defaults if None.
        on_progress: told before every step; the stage is the group of lines.
        cancelled: asked before every step.

    Returns:
        The report. Equal arguments give equal numbers, whatever the machine's speed, unless the
        circuit's search filled a wall-clock budget.

    Raises:
        InvalidRequestError: the circuit is of another checkpoint, of other node means or of
            another task; the checkpoint has no tokenizer or no node means.
        TaskError: the task does not fit the tokenizer.
        SearchCancelled: `cancelled` said so.
    """
    begun = time.perf_counter()
    config = config or ReportConfig()
    tokenizer, means = _check(checkpoint, task, circuit)
    subject = _subject(
        checkpoint, task, circuit, config, Watcher(on_progress, cancelled), tokenizer, means
    )
    enough = sufficiency(subject)
    needed = necessity(subject, checkpoint.held_out)
    minimal = minimality(subject, _kept_edges(circuit, checkpoint))
    complete = completeness(subject)
    robust = robustness(subject)
    agree = agreement(subject)
    general = generalisation(subject, task, tokenizer)
    stable = Stability([], {"stability": NOT_ASKED})
    if config.stability:
        stable = stability(subject, checkpoint, task, circuit)
    controls = Controls([], {"controls": NOT_ASKED})
    if config.controls:
        controls = control_lines(subject, checkpoint, task, circuit)
    sizes = curve(subject, circuit.path)
    parts: list[Part] = [
        enough, needed, minimal, complete, robust, agree, general, stable, controls, sizes
    ]  # fmt: skip
    lines = [line for part in parts for line in part.lines]
    left_out = {id: reason for part in parts for id, reason in part.left_out.items()}
    return FaithfulnessReport(
        slug=circuit.slug,
        summary=summarise(lines, left_out, subject.target),
        lines=lines,
        nodes=[
            NodeReport(
                node=name,
                adds=adds,
                needed=adds > ADDS_NOTHING,
                inclusion=stable.inclusion.get(name),
                correlation=agree.correlations.get(name),
                sign_flips=agree.sign_flips.get(name),
            )
            for name, adds in minimal.adds.items()
        ],
        edges=minimal.edges,
        heads=agree.heads,
        curve=sizes.points,
        settings=_settings(subject, circuit)
        | {
            "left_out": left_out,
            "worst_part_missing": complete.worst,
            "controls_without_circuit": controls.failures,
        },
        versions={
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
        seconds=time.perf_counter() - begun,
    )


def _check(checkpoint: Checkpoint, task: Task, circuit: Circuit) -> tuple[Tokenizer, NodeMeans]:
    """What it takes to report on the circuit, once everything is known to belong together."""
    source = circuit.provenance
    tokenizer, means = tokenizer_of(checkpoint), means_of(checkpoint)
    for what, mine, theirs in (
        ("checkpoint", source.checkpoint_digest, checkpoint.digest),
        ("node means", source.means_digest, means.digest),
        ("task", source.task, task.name),
    ):
        if mine != theirs:
            raise InvalidRequestError(
                f"Circuit {circuit.slug!r} belongs to {what} {mine!r}, not {theirs!r}.",
                remedy="Verify it with the checkpoint and the task it was found for.",
            )
    return tokenizer, means


def _subject(
    checkpoint: Checkpoint,
    task: Task,
    circuit: Circuit,
    config: ReportConfig,
    watcher: Watcher,
    tokenizer: Tokenizer,
    means: NodeMeans,
) -> Subject:
    source = circuit.provenance
    values: dict[AblationValue, Values] = {
        AblationValue.MEAN: MeanValues(means),
        AblationValue.ZERO: ZeroValues(),
    }
    if checkpoint.held_out is not None:
        sample = sample_activations(checkpoint.model, checkpoint.held_out)
        values[AblationValue.RESAMPLE] = ResampledValues(sample, config.seed)

    def pairs(split: Split) -> Batch:
        count = min(config.pairs, source.pairs.get(split.value, config.pairs))
        return task.batch(tokenizer, split, count)

    return Subject(
        model=checkpoint.model,
        nodes=NodeSet.of(checkpoint.config, circuit.nodes),
        dropped=dropped_edges(circuit),
        test=pairs(Split.TEST),
        validation=pairs(Split.VALIDATION),
        values=values,
        target=source.target_loss,
        symmetric=task.symmetric,
        config=config,
        watcher=watcher,
    )


def _kept_edges(circuit: Circuit, checkpoint: Checkpoint) -> list[Edge]:
    return [
        Edge.parse(f"{edge.source}>{edge.target}", checkpoint.config)
        for edge in circuit.edges
        if edge.kept
    ]


def _settings(subject: Subject, circuit: Circuit) -> dict[str, Any]:
    return {
        **subject.config.model_dump(mode="json"),
        "target_loss": subject.target,
        "test_pairs": subject.test.pairs,
        "validation_pairs": subject.validation.pairs,
        "templates": len(subject.test.template.unique()),
        "searched_again_by": "the circuit's own search"
        if is_known(circuit)
        else f"this version's search, with what it knows of {circuit.provenance.method!r}",
    }
