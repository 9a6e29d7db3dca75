"""Circuits from other instances."""

from __future__ import annotations

from fastapi import APIRouter

from backend.api.deps import ServicesDep
from backend.api.problems import responses
from backend.api.schemas.circuits import ImportedBundle
from backend.api.views import circuit_summary
from backend.bundles import import_bundle as store_bundle
from backend.circuits.bundle import Bundle

router = APIRouter(tags=["circuits"])


@router.post("/bundles", responses=responses(400, 403, 413, 422))
def import_bundle(bundle: Bundle, services: ServicesDep) -> ImportedBundle:
    """Stores a bundle's circuit under its slug, and its report if there is none here; the same
    bundle again changes nothing.
    """
    imported = store_bundle(services.store, services.library, bundle)
    return ImportedBundle(
        **circuit_summary(imported.summary).model_dump(),
        new=imported.new,
        warning=imported.warning,
    )
