import pytest

from backend.errors import StateNotFoundError
from backend.store import Store, get_state, save_state
from backend.store.tables import SavedStateTable

STATE = {"path": "/circuits/x", "ablated": ["0.mlp.post_act.1"] * 300}


def test_a_state_has_one_short_id_whatever_its_order(store: Store) -> None:
    with store.write() as session:
        first = save_state(session, STATE)
        again = save_state(session, dict(reversed(STATE.items())))
    assert first == again
    assert len(first) == 12
    with store.read() as session:
        assert get_state(session, first) == STATE


def test_two_states_never_share_an_id(store: Store) -> None:
    with store.write() as session:
        short = save_state(session, STATE)
        row = session.get(SavedStateTable, short)
        assert row is not None
        row.state = {"another": "state"}  # as if it had the same first digits
    with store.write() as session:
        long = save_state(session, STATE)
        assert save_state(session, STATE) == long
    assert long != short
    with store.read() as session:
        assert get_state(session, long) == STATE
        assert get_state(session, short) == {"another": "state"}


def test_an_unknown_id_is_named(store: Store) -> None:
    with store.read() as session, pytest.raises(StateNotFoundError, match="'abc'"):
        get_state(session, "abc")
