"""The API's routes, one file a resource; all are below /api."""

from backend.api.routes import (
    anatomy,
    bundles,
    channels,
    checkpoints,
    circuits,
    exports,
    health,
    inspector,
    jobs,
    means,
    paths,
    reports,
    searches,
    states,
    tasks,
    uploads,
    viz_data,
    words,
)

ROUTERS = (
    health.router,
    checkpoints.router,
    uploads.router,
    means.router,
    anatomy.router,
    channels.router,
    tasks.router,
    searches.router,
    jobs.router,
    circuits.router,
    exports.router,
    reports.router,
    inspector.router,
    words.router,
    paths.router,
    states.router,
    bundles.router,
    viz_data.router,
)
"""In the order in which the API's description lists them."""
