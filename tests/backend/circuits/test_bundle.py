"""Files that carry a circuit: with a report, without, and from before there were reports."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from backend.circuits.bundle import Bundle, read_bundle
from tests.backend.store.made_circuits import make_circuit
from tests.backend.store.made_reports import make_report


def test_a_bundle_comes_back_with_its_report() -> None:
    circuit = make_circuit()
    bundle = Bundle(circuit=circuit, report=make_report(circuit.slug))
    assert read_bundle(bundle.model_dump_json().encode()) == bundle


def test_bundles_without_a_report_and_bare_circuits_are_read() -> None:
    circuit = make_circuit()
    document = circuit.model_dump(mode="json")
    first_version = {"format": "circuit-explorer-bundle", "version": 1, "circuit": document}
    for content in (document, {"circuit": document}, first_version):
        assert read_bundle(json.dumps(content).encode()) == Bundle(circuit=circuit)


def test_a_report_on_another_circuit_is_refused() -> None:
    circuit = make_circuit()
    document = {
        "circuit": circuit.model_dump(mode="json"),
        "report": make_report("another-circuit").model_dump(mode="json"),
    }
    with pytest.raises(ValidationError, match="another-circuit"):
        read_bundle(json.dumps(document).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": "another"}'])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError):
        read_bundle(content)
