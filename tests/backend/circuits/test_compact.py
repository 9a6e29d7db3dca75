from __future__ import annotations

import pytest

from backend.circuits.circuit import Circuit, slug_of
from backend.circuits.compact import CompactCircuit, compact, expanded
from backend.errors import StoreError
from tests.backend.conftest import pruned


def test_a_circuit_comes_back_but_for_its_path(circuit: Circuit) -> None:
    less = pruned(circuit, 0, 3)
    assert expanded(compact(less)) == less
    assert len(compact(less)) < len(less.model_dump_json()) / 3


def test_the_path_is_left_out(circuit_with_path: Circuit) -> None:
    back = expanded(compact(circuit_with_path))
    assert back == circuit_with_path.model_copy(update={"path": None})
    source = back.provenance
    assert back.slug == slug_of(
        back.task, source.checkpoint_digest, source.means_digest, back.nodes, back.edges
    )


def test_numbers_are_readable_without_the_document(circuit: Circuit) -> None:
    made = CompactCircuit.of(circuit)
    assert (made.slug, made.nodes) == (circuit.slug, circuit.nodes)
    assert (made.induced_edges, made.task_loss) == (circuit.induced_edges, circuit.task_loss)
    assert CompactCircuit.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize("text", ["no base64!", "AAAA", ""])
def test_a_damaged_text_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="compact circuit cannot be read"):
        expanded(text)
