"""Figures, as Plotly's JSON: {data, layout}, drawn by the pages with Plotly's own script."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go


def progress_figure(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Loss and size of the circuit while a search runs.

    Args:
        events: progress events in order, each with stage, step, steps, loss, nodes and edges.

    Returns:
        The figure: loss on the left axis (log), nodes and edges on the right one (log), against
        the number of the step over all stages; a line where each further stage begins.
    """
    steps = _running_steps(events)
    figure = go.Figure()
    hover = [f"{event['stage']} {event['step']}/{event['steps']}" for event in events]
    figure.add_scatter(
        x=steps, y=[event["loss"] for event in events], name="loss", mode="lines", text=hover
    )
    for size in ("nodes", "edges"):
        figure.add_scatter(
            x=steps,
            y=[event[size] for event in events],
            name=size,
            mode="lines",
            text=hover,
            yaxis="y2",
        )
    for index in range(1, len(events)):
        if events[index]["stage"] != events[index - 1]["stage"]:
            figure.add_vline(
                x=steps[index],
                line={"width": 1, "dash": "dot", "color": "#888"},
                annotation_text=events[index]["stage"],
            )
    figure.update_layout(
        template="none",
        xaxis_title="step",
        yaxis={"title": "task loss (nats)", "type": "log"},
        yaxis2={"title": "size", "type": "log", "overlaying": "y", "side": "right"},
        legend={"orientation": "h", "y": 1.12},
        margin={"l": 60, "r": 60, "t": 40, "b": 50},
    )
    document: dict[str, Any] = json.loads(figure.to_json())
    return document


def _running_steps(events: Sequence[Mapping[str, Any]]) -> list[int]:
    """Steps counted through all stages: each stage goes on where the last one's steps ended."""
    steps: list[int] = []
    before = last = 0
    stage = None
    for event in events:
        if event["stage"] != stage:
            before, stage = last, event["stage"]
        last = before + int(event["step"])
        steps.append(last)
    return steps
