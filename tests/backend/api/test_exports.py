"""Circuits as files, and from the files of other programs, through the API."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from backend.circuits.bundle import Bundle
from backend.circuits.circuit import Circuit
from backend.circuits.exchange.tables import TableName
from models.checkpoints import Checkpoint
from models.sites import Node
from tests.backend.api.conftest import MakeClient
from tests.backend.circuits.exchange.made_viz_data import save_viz_data
from tests.backend.conftest import CHECKPOINT, TASK

NAMES = {
    "json": ".json",
    "bundle": ".bundle.json",
    "graphml": ".graphml",
    "csv": ".nodes.csv",
    "attribution": ".attribution.json",
    "html": ".html",
}


def exported(client: TestClient, circuit: Circuit, form: str, **more: str) -> str:
    answer = client.get(f"/api/circuits/{circuit.slug}/export", params={"format": form, **more})
    assert answer.status_code == 200, answer.text
    if not more:
        expected = f'attachment; filename="{circuit.slug}{NAMES[form]}"'
        assert answer.headers["content-disposition"] == expected
    return answer.text


def test_documents_come_back(client: TestClient, stored: Circuit) -> None:
    assert Circuit.model_validate_json(exported(client, stored, "json")) == stored
    assert Bundle.model_validate_json(exported(client, stored, "bundle")).circuit == stored


def test_graphml_is_xml_with_every_node(client: TestClient, stored: Circuit) -> None:
    graph = ElementTree.fromstring(exported(client, stored, "graphml"))
    nodes = graph.findall(".//{http://graphml.graphdrawing.org/xmlns}node")
    assert {node.get("id") for node in nodes} == set(stored.nodes)


@pytest.mark.parametrize("table", TableName)
def test_every_table_is_csv(client: TestClient, stored: Circuit, table: TableName) -> None:
    text = exported(client, stored, "csv", table=table)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    expected = {"nodes": len(stored.nodes), "edges": len(stored.edges), "losses": 4, "pairs": 100}
    assert len(rows) == expected.get(table, 0)


def test_pairs_are_those_of_the_circuit_alone(client: TestClient, stored: Circuit) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(client, stored, "csv", table="pairs"))))
    answer = client.post(f"/api/circuits/{stored.slug}/evaluate", json={}).json()
    assert [float(row["loss"]) for row in rows] == [pair["loss"] for pair in answer["pairs"]]


def test_an_attribution_graph_of_a_prompt(client: TestClient, stored: Circuit) -> None:
    usual = json.loads(exported(client, stored, "attribution"))
    chosen = json.loads(exported(client, stored, "attribution", prompt="x = 'a"))
    assert usual["metadata"]["prompt"]
    assert chosen["metadata"]["prompt"] == "x = 'a"


def test_the_page_holds_the_bundle_and_asks_nobody(client: TestClient, stored: Circuit) -> None:
    page = exported(client, stored, "html")
    found = re.search(r'<script type="application/json" id="bundle">(.*?)</script>', page)
    assert found is not None
    assert Bundle.model_validate_json(found[1]).circuit == stored
    assert "default-src 'none'" in page
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", page)


def test_what_needs_no_checkpoint_is_given_without_it(
    client: TestClient, stored: Circuit, make_client: MakeClient, tmp_path: Path
) -> None:
    bundle = client.get(f"/api/circuits/{stored.slug}/bundle").json()
    other = make_client(database_url=f"sqlite:///{tmp_path / 'other.sqlite3'}", checkpoint_dirs=())
    other.post("/api/bundles", json=bundle)
    assert exported(other, stored, "csv", table="edges").count("\r\n") == len(stored.edges) + 1
    refused = other.get(f"/api/circuits/{stored.slug}/export", params={"format": "html"})
    assert refused.status_code == 404


@pytest.fixture
def viz_file(tmp_path: Path, circuit: Circuit, checkpoint: Checkpoint) -> Path:
    """The circuit as OpenAI would have stored it."""
    kept: dict[str, list[int]] = {}
    for node in map(Node.parse, circuit.nodes):
        kept.setdefault(node.site.name, []).append(node.index)
    return save_viz_data(tmp_path / "viz_data.pt", checkpoint.config, kept)


def send(client: TestClient, file: Path, **params: str) -> dict[str, object]:
    answer = client.post("/api/viz-data", content=file.read_bytes(), params=params)
    found = answer.json()
    assert answer.status_code == 200, found
    assert isinstance(found, dict)
    return found


def test_viz_data_is_measured_here_beside_its_own_losses(
    client: TestClient, circuit: Circuit, viz_file: Path
) -> None:
    imported = send(client, viz_file, task=TASK, checkpoint=CHECKPOINT)
    assert (imported["new"], imported["warning"]) == (True, None)
    assert imported["slug"] == circuit.slug  # the same nodes have the same edges
    page = client.get(f"/circuits/{circuit.slug}.json").json()["circuit"]
    assert page["edges"] == [edge.model_dump() for edge in circuit.edges]
    assert page["stored_losses"]["circuit"] == 0.5
    assert page["stored_losses"]["left_out"] == {"final_resid": 2}
    asked = client.post(f"/api/circuits/{circuit.slug}/evaluate", json={}).json()
    assert page["losses"]["circuit"]["plain"] == pytest.approx(
        asked["numbers"]["task_loss"]["value"], abs=1e-5
    )
    assert page["provenance"]["target_loss"] == 0.3
    again = send(client, viz_file, task=TASK, checkpoint=CHECKPOINT)
    assert (again["new"], again["warning"]) == (False, None)


def test_a_circuit_that_is_here_stays_as_it_was(
    client: TestClient, stored: Circuit, viz_file: Path
) -> None:
    imported = send(client, viz_file, task=TASK, checkpoint=CHECKPOINT)
    assert imported["new"] is False
    assert "stays as it was" in str(imported["warning"])
    document = client.get(f"/api/circuits/{stored.slug}").json()["circuit"]
    assert Circuit.model_validate(document) == stored


@pytest.mark.parametrize(
    ("params", "status", "said"),
    [
        ({"task": TASK}, 422, "fits no OpenAI checkpoint here"),
        ({"task": "none", "checkpoint": CHECKPOINT}, 404, "none"),
        ({"task": TASK, "checkpoint": "none"}, 404, "none"),
        ({"task": TASK, "checkpoint": "python-2l-256"}, 422, "d_model 16"),
    ],
)
def test_what_it_is_brought_to_has_to_fit(
    client: TestClient, viz_file: Path, params: dict[str, str], status: int, said: str
) -> None:
    answer = client.post("/api/viz-data", content=viz_file.read_bytes(), params=params)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["detail"]


def test_a_file_that_is_no_circuit(client: TestClient) -> None:
    answer = client.post("/api/viz-data", content=b"{}", params={"task": TASK})
    assert answer.status_code == 422
    assert "viz_data.pt" in answer.json()["remedy"]
