"""A server without a network: routes are asked directly; jobs are queued but not run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import backend.api.app as app_module
from backend.api.app import create_app
from backend.api.deps import Services
from backend.circuits.circuit import Circuit
from backend.settings import Settings
from backend.store import save_circuit

MakeClient = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def without_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmark that comes with the app stays away: reading it takes each server a while."""
    monkeypatch.setattr(app_module, "import_benchmark", lambda _: 0)


@pytest.fixture
def make_client(zoo: Path, tmp_path: Path) -> Iterator[MakeClient]:
    """Makes a client of a server with the settings given."""
    clients: list[TestClient] = []

    def make(**settings: Any) -> TestClient:
        app = create_app(
            Settings(**{"data_dir": tmp_path / "data", "checkpoint_dirs": (zoo,), **settings}),
            run_jobs=False,
        )
        client = TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
        client.__enter__()
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    """A client of a server with the usual settings."""
    return make_client()


def services_of(client: TestClient) -> Services:
    """What the client's server works with."""
    app = client.app
    assert isinstance(app, FastAPI)
    services = app.state.services
    assert isinstance(services, Services)
    return services


@pytest.fixture
def stored(client: TestClient, circuit: Circuit) -> Circuit:
    """A circuit that the client's server has."""
    with services_of(client).store.write() as session:
        save_circuit(session, circuit)
    return circuit
