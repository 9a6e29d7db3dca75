"""A report made by hand: every field has a value that a real one could have."""

from backend.circuits.faithfulness.document import (
    CurvePoint,
    EdgeReport,
    FaithfulnessReport,
    HeadReport,
    NodeReport,
    ReportLine,
)


def make_report(slug: str, *, seconds: float = 12.5) -> FaithfulnessReport:
    """A report on the circuit with this slug, told apart by the time it took."""
    return FaithfulnessReport(
        slug=slug,
        summary=["Sufficient by mean values at 0.15 nats.", "Not sufficient by zero values."],
        lines=[
            ReportLine(
                id="sufficiency.mean.loss",
                group="sufficiency",
                title="Task loss of the circuit alone, by mean values",
                unit="nats",
                value=1 / 9,
                low=0.1,
                high=0.125,
                beside={"whole model": 0.01, "everything ablated": 0.7},
                criterion="upper end at most 0.15",
                met=True,
                limit="Errors of ablated nodes may cancel.",
            ),
            ReportLine(
                id="sufficiency.zero.loss",
                group="sufficiency",
                title="Task loss of the circuit alone, by zero values",
                unit="nats",
                value=0.5,
                criterion="upper end at most 0.15",
                met=False,
                limit="Zero may be far from what the nodes ever are.",
            ),
            ReportLine(
                id="curve.area",
                group="curve",
                title="Area under size against loss",
                unit="nats x decades",
                value=0.25,
                limit="Depends on the largest size looked at.",
            ),
        ],
        nodes=[NodeReport(node="0.mlp.act_in.3", adds=0.5, needed=True, inclusion=0.8)],
        edges=[
            EdgeReport(source="0.mlp.act_in.3", target="0.mlp.post_act.0", adds=1e-9, needed=False)
        ],
        heads=[HeadReport(head="0.attn.head.1", divergence=0.02)],
        curve=[CurvePoint(nodes=3, induced_edges=2, test_loss=0.11, low=0.1, high=0.12)],
        settings={"random_sets": 100},
        versions={"torch": "2"},
        seconds=seconds,
    )
