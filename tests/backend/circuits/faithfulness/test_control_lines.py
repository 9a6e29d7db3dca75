"""The circuit's size beside what was found in a control."""

import pytest

from backend.circuits.circuit import Circuit
from backend.circuits.faithfulness.control_lines import control_line


def of_edges(circuit: Circuit, count: int) -> Circuit:
    assert count <= len(circuit.edges)
    return circuit.model_copy(update={"edges": circuit.edges[:count]})


def test_a_circuit_half_the_size_of_the_controls_is_small_enough(circuit: Circuit) -> None:
    line = control_line("controls.swapped", "a control", of_edges(circuit, 3), of_edges(circuit, 6))
    assert line.value == pytest.approx(0.5)
    assert line.met is True
    assert line.beside["induced edges of the control"] == 6
    assert line.beside["circuits found in the control"] == 1


def test_one_nearly_as_large_is_not(circuit: Circuit) -> None:
    line = control_line("controls.swapped", "a control", of_edges(circuit, 4), of_edges(circuit, 6))
    assert line.met is False


def test_no_circuit_in_the_control(circuit: Circuit) -> None:
    line = control_line("controls.shuffled", "a control", circuit, None)
    assert line.value == 0
    assert line.met is True
    assert line.beside["circuits found in the control"] == 0
    assert "induced edges of the control" not in line.beside


def test_circuits_without_edges_count_as_one(circuit: Circuit) -> None:
    empty = of_edges(circuit, 0)
    assert control_line("controls.shuffled", "a control", empty, empty).value == 1.0
