from __future__ import annotations

import pytest

from backend.circuits.benchmark import OutcomeKind, SearchKey
from backend.store import Store, add_outcomes, find_outcome, list_outcomes, put_outcome
from tests.backend.circuits.benchmark.made_outcomes import make_outcome


@pytest.mark.parametrize("edges", [9, None])
def test_an_outcome_comes_back_unchanged(store: Store, edges: int | None) -> None:
    outcome = make_outcome(edges)
    with store.write() as session:
        put_outcome(session, outcome)
    with store.read() as session:
        assert find_outcome(session, outcome.key) == outcome
        assert list_outcomes(session) == [outcome]


def test_a_key_has_one_outcome_the_newest(store: Store) -> None:
    with store.write() as session:
        put_outcome(session, make_outcome(None))
        put_outcome(session, make_outcome(9))
    with store.read() as session:
        (kept,) = list_outcomes(session)
    assert kept.kind is OutcomeKind.MET


def test_outcomes_from_elsewhere_do_not_replace_ours(store: Store) -> None:
    elsewhere = [make_outcome(8), make_outcome(7, seed=1)]
    with store.write() as session:
        put_outcome(session, make_outcome(9))
        assert add_outcomes(session, elsewhere) == 1
        assert add_outcomes(session, elsewhere) == 0
    with store.read() as session:
        assert [each.induced_edges for each in list_outcomes(session)] == [9, 7]


OTHER = {
    "checkpoint_digest": "other",
    "means_digest": "other",
    "task": "with_as",
    "pairs_digest": "",
    "target_loss": 0.05,
    "method": "paper",
    "seed": 1,
    "settings": '{"trials":8}',
}


@pytest.mark.parametrize("name", SearchKey.model_fields)
def test_every_part_of_the_key_tells_searches_apart(store: Store, name: str) -> None:
    one = make_outcome(9)
    other = one.model_copy(update={name: OTHER[name]})
    with store.write() as session:
        put_outcome(session, one)
        put_outcome(session, other)
    with store.read() as session:
        assert find_outcome(session, one.key) == one
        assert find_outcome(session, other.key) == other


def test_outcomes_are_listed_by_method_and_settings_the_oldest_first(store: Store) -> None:
    rows = [
        make_outcome(3, minute=2),
        make_outcome(2, minute=1, settings='{"trials":8}'),
        make_outcome(1, minute=0, method="paper"),
    ]
    with store.write() as session:
        for row in rows:
            put_outcome(session, row)
    with store.read() as session:
        assert list_outcomes(session) == rows[::-1]
        assert list_outcomes(session, method="path") == [rows[1], rows[0]]
        assert list_outcomes(session, method="path", settings="{}") == [rows[0]]
