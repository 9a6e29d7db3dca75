"""What a checkpoint is made of: the sections of its page, each by itself."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from torch import Tensor

from backend.api.deps import CheckpointPath, LibraryDep, ServicesDep
from backend.api.measured import measured
from backend.api.problems import responses
from backend.api.schemas.anatomy import (
    ActivationSparsity,
    AliveNodes,
    AliveSite,
    DegreeDistribution,
    DegreeDistributions,
    Matrices,
    MatrixSparsity,
    SiteActivitySummary,
    TrainingCurve,
    TrainingCurves,
)
from backend.errors import InvalidRequestError
from models.anatomy import (
    Degrees,
    LogError,
    activation_sparsity,
    alive_nodes,
    distribution,
    find_log,
    matrix_counts,
    node_degrees,
    read_log,
)
from models.checkpoints import Checkpoint
from models.sites import NodeSite

router = APIRouter(tags=["checkpoints"])


@router.get("/checkpoints/{name}/training", responses=responses(404, 422))
def get_training(name: CheckpointPath, library: LibraryDep) -> TrainingCurves:
    """Training curves from the log that lies with a checkpoint, ours or OpenAI's."""
    path = find_log(library.path_of(name))
    if path is None:
        return TrainingCurves(file=None, lines=0, curves=[])
    try:
        log = read_log(path)
    except LogError as error:
        raise InvalidRequestError(
            f"The training log of checkpoint {name!r} cannot be read: {error}.",
            remedy="Repair the named line, or remove the log.",
        ) from error
    return TrainingCurves(
        file=log.file,
        lines=log.lines,
        curves=[
            TrainingCurve(name=each.name, kind=each.kind, steps=each.steps, values=each.values)
            for each in log.curves
        ],
    )


@router.get("/checkpoints/{name}/matrices", responses=responses(404, 422))
def get_matrices(name: CheckpointPath, services: ServicesDep) -> Matrices:
    """Nonzero entries of each weight matrix, bias and embedding."""
    return measured(services, name, _matrices)


@router.get("/checkpoints/{name}/alive", responses=responses(404, 422))
def get_alive(name: CheckpointPath, services: ServicesDep) -> AliveNodes:
    """Nodes that can carry anything, by site.

    Neurons and value channels are alive with a nonzero weight in and one out, channels that are
    read with one out, channels that are written with one in. A query or key channel is alive with
    a nonzero weight in if its partner in the product has a nonzero weight in or a nonzero bias.
    """
    return measured(services, name, _alive)


@router.get("/checkpoints/{name}/degrees", responses=responses(404, 422))
def get_degrees(name: CheckpointPath, services: ServicesDep) -> DegreeDistributions:
    """How many nodes of each site have how many edges."""
    degrees = measured(services, name, _degrees)
    return DegreeDistributions(
        into=[_distribution(s, d.into) for s, d in degrees.items() if d.into is not None],
        out=[_distribution(s, d.out) for s, d in degrees.items() if d.out is not None],
    )


@router.get("/checkpoints/{name}/activity", responses=responses(404, 422))
def get_activity(name: CheckpointPath, services: ServicesDep) -> ActivationSparsity:
    """Share of nonzero activations by site, over the held-out sample of a checkpoint."""
    return measured(services, name, _activity)


def _matrices(checkpoint: Checkpoint) -> Matrices:
    counts = matrix_counts(checkpoint.model)
    entries, nonzero = sum(c.entries for c in counts), sum(c.nonzero for c in counts)
    return Matrices(
        matrices=[
            MatrixSparsity(
                name=each.name,
                shape=list(each.shape),
                entries=each.entries,
                nonzero=each.nonzero,
                fraction=each.fraction,
            )
            for each in counts
        ],
        entries=entries,
        nonzero=nonzero,
        fraction=nonzero / entries,
    )


def _degrees(checkpoint: Checkpoint) -> dict[NodeSite, Degrees]:
    return node_degrees(checkpoint.model)


def _alive(checkpoint: Checkpoint) -> AliveNodes:
    masks = alive_nodes(checkpoint.model, node_degrees(checkpoint.model))
    return AliveNodes(
        sites=[
            AliveSite(**_named(site), alive=int(mask.sum()), width=len(mask))
            for site, mask in masks.items()
        ]
    )


def _distribution(site: NodeSite, degrees: Tensor) -> DegreeDistribution:
    pairs = distribution(degrees)
    return DegreeDistribution(
        **_named(site), degrees=[degree for degree, _ in pairs], nodes=[n for _, n in pairs]
    )


def _activity(checkpoint: Checkpoint) -> ActivationSparsity:
    if checkpoint.held_out is None:
        return ActivationSparsity(tokens=None, sites=[])
    config = checkpoint.config
    activity = activation_sparsity(checkpoint.model, checkpoint.held_out)
    return ActivationSparsity(
        tokens=checkpoint.held_out.numel(),
        sites=[
            SiteActivitySummary(
                **_named(site),
                width=site.width(config),
                abs_topk=config.abs_topk(site.kind.topk_site, site.width(config)),
                nonzero_fraction=each.nonzero_fraction,
                never_active=each.never_active,
            )
            for site, each in activity.items()
        ],
    )


def _named(site: NodeSite) -> dict[str, Any]:
    return {"site": site.name, "layer": site.layer, "kind": site.kind.value}
