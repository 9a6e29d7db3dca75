"""Measure the numbers in the words on a circuit and write them as they come with the app.

    python scripts/ship_words.py scripts/words/single_double_quote.toml [backend/shipped]

The file says how a circuit's nodes are called and tells its story; every number in braces is
measured here, in the state that the reader is shown, so none can be wrong for long.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend.circuits import Circuit
from backend.circuits.answer import Numbers, answer
from backend.circuits.bundle import read_bundle
from backend.circuits.inspector.attention import Example
from backend.circuits.inspector.subject import Subject, find_node
from backend.circuits.inspector.values import values_at
from backend.circuits.predicates.detection import Detection
from backend.circuits.predicates.measure import swapped, tested
from backend.circuits.predicates.swap import Swap
from backend.circuits.words import (
    Document,
    Label,
    Predicate,
    StateNumbers,
    Step,
    Story,
    Word,
    WrittenWords,
    check_word,
    parse_state,
)
from models import load_checkpoint
from models.checkpoints import Checkpoint
from tasks import Split, Task, get_task

ZOO = Path("models/zoo")
SHIPPED = Path("backend/shipped")


@dataclass(frozen=True)
class Shown:
    """Numbers of a state as the page writes them."""

    loss: str
    accuracy: str
    difference: str

    @classmethod
    def of(cls, numbers: StateNumbers) -> Shown:
        """The same digits as on the page."""
        return cls(
            f"{numbers.task_loss:.3f}",
            f"{numbers.accuracy:.1%}",
            f"{numbers.logit_difference:.2f}".replace("-", "\u2212"),
        )


@dataclass(frozen=True)
class Tested:
    """Measures of a predicate as the page writes them."""

    precision: str
    recall: str
    holds: int
    active: int
    both: int
    intact: str
    within: str
    anywhere: str

    @classmethod
    def of(cls, found: Detection, swap: Swap) -> Tested:
        """The same digits as on the page.

        Raises:
            ValueError: it holds nowhere, or the node is nowhere active: nothing to ship.
        """
        if found.precision is None or found.recall is None:
            raise ValueError(f"a predicate has no precision or no recall: {found}")
        return cls(
            f"{found.precision.value:.0%}",
            f"{found.recall.value:.0%}",
            found.holds,
            found.active,
            found.both,
            f"{swap.intact.value:.3f}",
            f"{swap.within.value:.3f}",
            f"{swap.anywhere.value:.3f}",
        )


@dataclass(frozen=True)
class Measuring:
    """A circuit and what it takes to measure states of its page."""

    checkpoint: Checkpoint
    task: Task
    circuit: Circuit

    def numbers(self, state: str) -> StateNumbers:
        """The numbers that the page shows in a state."""
        numbers = answer(
            self.checkpoint, self.task, self.circuit, parse_state(state).question
        ).numbers
        assert isinstance(numbers, Numbers)
        return StateNumbers(
            task_loss=numbers.task_loss.value,
            accuracy=numbers.accuracy.value,
            logit_difference=numbers.logit_difference.value,
        )

    def predicate(self, node: str, predicate: Predicate) -> Tested:
        """What a predicate of a node measures."""
        subject = Subject(
            self.checkpoint, self.task, self.circuit, find_node(self.checkpoint, node)
        )
        found = tested(self.checkpoint, subject.node, predicate)
        assert found is not None, "the checkpoint brings no held-out text"
        return Tested.of(found.detection, swapped(subject, predicate, Split.TEST, 0))

    def seen(self, node: str, position: int | None = None, *, second: bool = False) -> str:
        """A node's value in the whole model at a token of test pair 0; the last if none is told."""
        example = Example(second=second, query=position)
        value = values_at(self.checkpoint, self.task, self.circuit, example).model[node]
        return f"{value:.2f}".replace("-", "\u2212")


def words_of(source: Mapping[str, Any], measuring: Measuring, created: datetime) -> WrittenWords:
    """The words of a file with their numbers measured.

    Raises:
        InvalidRequestError: a word does not fit the circuit.
        KeyError: a text names a number that nobody defined.
    """
    known: dict[str, Any] = {
        name: measuring.seen(**where) for name, where in source.get("seen", {}).items()
    }
    predicates: dict[str, Predicate] = {}
    for name, told in source.get("predicates", {}).items():
        fields = dict(told)
        node = fields.pop("node")
        predicates[node] = Predicate(**fields)
        known[name] = measuring.predicate(node, predicates[node])
    for name, state in source.get("also", {}).items():
        known[name] = Shown.of(measuring.numbers(state))
    documents: dict[str, Document] = {}
    for node, (label, note) in source.get("labels", {}).items():
        documents[node] = Label(
            label=label, note=note.format_map(known), predicate=predicates.get(node)
        )
    for name, group in source.get("groups", {}).items():
        documents[f"group:{name}"] = Label(**group)
    story = dict(source["story"])
    target = f"story:{story.pop('name')}"
    documents[target] = Story(**story)
    for place, step in enumerate(source["steps"]):
        numbers = measuring.numbers(step["state"])
        text = step["text"].strip().format_map(known | vars(Shown.of(numbers)))
        documents[f"step:{step['name']}"] = Step(
            story=target,
            title=step["title"],
            text=text,
            place=place,
            state=step["state"],
            numbers=numbers,
        )
    for target, document in documents.items():
        check_word(measuring.circuit, target, document)
    words = [
        Word(target=target, version=1, author=source["author"], created=created, document=document)
        for target, document in documents.items()
    ]
    return WrittenWords(slug=measuring.circuit.slug, words=words)


def read_source(file: Path) -> dict[str, Any]:
    """The file as it is written."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def measuring_of(slug: str, shipped: Path = SHIPPED, zoo: Path = ZOO) -> Measuring:
    """What it takes to measure a shipped circuit.

    Raises:
        FileNotFoundError: no circuit of that name is shipped.
    """
    circuit = read_bundle((shipped / f"{slug}.json").read_bytes()).circuit
    checkpoint = load_checkpoint(zoo / circuit.provenance.checkpoint)
    return Measuring(checkpoint, get_task(circuit.task), circuit)


def main() -> None:
    """Write the words of a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path, nargs="?", default=SHIPPED)
    options = parser.parse_args()
    source = read_source(options.source)
    measuring = measuring_of(source["circuit"], options.folder)
    now = datetime.now(UTC).replace(microsecond=0)
    written = words_of(source, measuring, now)
    path = options.folder / "words" / f"{written.slug}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(written.model_dump_json(indent=1) + "\n", encoding="utf-8")
    for word in written.words:
        document = word.document
        if isinstance(document, Step | Story):
            print(f"{document.title}\n{document.text}\n")
        elif isinstance(document, Label):
            print(f"{word.target}: {document.label}. {document.note}")
            if document.predicate is not None:
                print(f"  {measuring.predicate(word.target, document.predicate)}")


if __name__ == "__main__":
    main()
