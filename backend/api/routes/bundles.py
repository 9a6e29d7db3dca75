"""Circuits from other instances."""

from __future__ import annotations

from fastapi import APIRouter

from backend.api.deps import ServicesDep
from backend.api.problems import responses
from backend.api.schemas import Bundle, ImportedBundle
from backend.api.views import circuit_summary
from backend.bundles import import_circuit

router = APIRouter(tags=["circuits"])


@router.post("/bundles", responses=responses(400, 403, 413, 422))
def import_bundle(bundle: Bundle, services: ServicesDep) -> ImportedBundle:
    """Stores a bundle's circuit under its slug; the same bundle again changes nothing."""
    imported = import_circuit(services.store, services.library, bundle.circuit)
    return ImportedBundle(
        **circuit_summary(imported.summary).model_dump(),
        new=imported.new,
        warning=imported.warning,
    )
