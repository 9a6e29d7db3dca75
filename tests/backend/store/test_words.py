from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from backend.circuits.words import Label, Step, Word
from backend.errors import CircuitNotFoundError, StoreError, WordChangedError
from backend.store import (
    Store,
    add_words,
    get_bundle,
    list_words,
    put_word,
    save_circuit,
    word_versions,
)
from backend.store.tables import WordTable
from tests.backend.store.made_circuits import make_circuit

NODE = "0.mlp.post_act.0"
LABEL = Label(label="quote detector", note="fires after a quote")
STEP = Step(story="story:how", title="First", text="Look.", place=1.0, state="mode=model")


@pytest.fixture
def slug(store: Store) -> str:
    """Of a stored circuit."""
    circuit = make_circuit()
    with store.write() as session:
        save_circuit(session, circuit)
    return circuit.slug


def put(store: Store, slug: str, label: str, on: int, author: str = "Ada") -> Word:
    with store.write() as session:
        return put_word(session, slug, NODE, Label(label=label), author, on)


def test_words_come_back_unchanged_with_author_and_time(store: Store, slug: str) -> None:
    with store.write() as session:
        label = put_word(session, slug, NODE, LABEL, "Ada", 0)
        step = put_word(session, slug, "step:one", STEP, "Bo", 0)
    with store.read() as session:
        assert list_words(session, slug) == [label, step]
        assert get_bundle(session, slug).words == [label, step]
    assert (label.version, label.author, label.document) == (1, "Ada", LABEL)


def test_an_edit_on_an_older_version_is_refused_and_changes_nothing(
    store: Store, slug: str
) -> None:
    put(store, slug, "first", 0)
    second = put(store, slug, "second", 1, "Bo")
    with pytest.raises(WordChangedError, match=r"version 1, but Bo's is version 2"):
        put(store, slug, "late", 1)
    with pytest.raises(WordChangedError):
        put(store, slug, "late", 0)
    with store.read() as session:
        assert list_words(session, slug) == [second]


def test_every_version_stays_also_of_what_was_taken_away(store: Store, slug: str) -> None:
    put(store, slug, "first", 0)
    with store.write() as session:
        put_word(session, slug, NODE, None, "Bo", 1)
    with store.read() as session:
        assert list_words(session, slug) == []
        versions = word_versions(session, slug, NODE)
    assert [(each.version, each.document) for each in versions] == [
        (2, None),
        (1, Label(label="first")),
    ]
    # Who still has the first version open would otherwise bring it back unasked.
    with pytest.raises(WordChangedError):
        put(store, slug, "first again", 1)
    assert put(store, slug, "something else", 0).version == 3
    assert put(store, slug, "first again", 3).version == 4


def test_of_many_who_save_at_once_one_wins_and_the_others_hear_of_it(
    store: Store, slug: str
) -> None:
    def save(number: int) -> bool:
        try:
            put(store, slug, f"by {number}", 0)
        except WordChangedError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(save, range(12))) == 1


def test_words_from_elsewhere_do_not_replace_ours(store: Store, slug: str) -> None:
    ours = put(store, slug, "ours", 0)
    theirs = ours.model_copy(update={"document": LABEL, "version": 7})
    step = Word(target="step:a", version=5, author="Bo", created=ours.created, document=STEP)
    with store.write() as session:
        assert add_words(session, slug, [theirs, step]) == 1
    with store.write() as session:
        assert add_words(session, slug, [ours, step]) == 0
    with store.read() as session:
        assert list_words(session, slug) == [ours, step.model_copy(update={"version": 1})]


def test_no_words_on_a_circuit_that_is_not_there(store: Store) -> None:
    with store.write() as session, pytest.raises(CircuitNotFoundError):
        put_word(session, "none-1", NODE, LABEL, "Ada", 0)
    with store.read() as session, pytest.raises(CircuitNotFoundError):
        list_words(session, "none-1")


def test_words_of_another_version_are_named(store: Store, slug: str) -> None:
    put(store, slug, "first", 0)
    with store.write() as session:
        session.execute(update(WordTable).values(document={"kind": "poem"}))
    with store.read() as session, pytest.raises(StoreError, match=NODE):
        list_words(session, slug)
