"""The API keeps to its own description, whatever it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from backend.api.app import create_app
from backend.circuits.circuit import Circuit
from backend.settings import Settings
from backend.store import open_store, save_circuit

EXAMPLES = 12


@pytest.fixture(scope="module")
def api(
    zoo: Path, circuit: Circuit, tmp_path_factory: pytest.TempPathFactory
) -> schemathesis.BaseSchema:
    """The description as the server gives it, and the server."""
    instance = Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        checkpoint_dirs=(zoo,),
        allowed_hosts=("testserver",),
    )
    store = open_store(instance.resolved_database_url)
    with store.write() as session:
        save_circuit(session, circuit)
    store.close()
    return schemathesis.openapi.from_asgi("/api/openapi.json", create_app(instance, run_jobs=False))


def test_the_api_keeps_to_its_description(api: schemathesis.BaseSchema, circuit: Circuit) -> None:
    operations = [result.ok() for result in api.get_all_operations()]
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            if case.path_parameters and "slug" in case.path_parameters:
                case.path_parameters["slug"] = circuit.slug
            # What the form allows may still contradict itself, or speak of what is not here.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        check()
    assert len(operations) > 20


def test_problems_have_their_own_media_type(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status.startswith(("4", "5")):
                    assert list(response["content"]) == ["application/problem+json"], path
