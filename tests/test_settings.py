from pathlib import Path

import pytest

from backend.errors import SettingsError
from backend.settings import ENV_PREFIX, LOOPBACK_NAMES, Settings, get_settings


@pytest.fixture(autouse=True)
def _clean_environment(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "WRITE_TOKEN", "ALLOWED_HOSTS", "WORKERS", "CHECKPOINT_DIRS"):
        monkeypatch.delenv(ENV_PREFIX + name, raising=False)


def test_defaults_stay_on_this_machine() -> None:
    settings = get_settings()
    assert settings.host == "127.0.0.1"
    assert settings.port == 8000
    assert settings.is_loopback
    assert settings.write_token is None
    assert settings.allowed_hosts == LOOPBACK_NAMES
    assert settings.workers >= 1


def test_data_dir_moves_everything(data_dir: Path) -> None:
    settings = get_settings()
    assert settings.data_dir == data_dir
    assert settings.resolved_database_url == f"sqlite:///{data_dir}/circuits.sqlite3"
    assert settings.checkpoint_search_path == (data_dir / "checkpoints",)


def test_database_url_wins_over_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIRCUIT_EXPLORER_DATABASE_URL", "postgresql+psycopg://db/circuits")
    assert get_settings().resolved_database_url == "postgresql+psycopg://db/circuits"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "explorer.example"])
def test_beyond_loopback_needs_a_token(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("CIRCUIT_EXPLORER_HOST", host)
    with pytest.raises(SettingsError) as caught:
        get_settings()
    message = str(caught.value)
    assert repr(host) in message
    assert "write token" in message
    assert "CIRCUIT_EXPLORER_WRITE_TOKEN" in message


def test_an_empty_token_is_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIRCUIT_EXPLORER_HOST", "0.0.0.0")
    monkeypatch.setenv("CIRCUIT_EXPLORER_WRITE_TOKEN", "")
    with pytest.raises(SettingsError, match="write token"):
        get_settings()


def test_a_token_opens_other_addresses_and_stays_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIRCUIT_EXPLORER_HOST", "0.0.0.0")
    monkeypatch.setenv("CIRCUIT_EXPLORER_WRITE_TOKEN", "long-random-value")
    settings = get_settings()
    assert not settings.is_loopback
    assert settings.write_token is not None
    assert settings.write_token.get_secret_value() == "long-random-value"
    assert "long-random-value" not in repr(settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_addresses(host: str) -> None:
    assert Settings(host=host).is_loopback


@pytest.mark.parametrize("text", ["a.example, b.example", '["a.example", "b.example"]'])
def test_lists_are_commas_or_json(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("CIRCUIT_EXPLORER_ALLOWED_HOSTS", text)
    assert get_settings().allowed_hosts == ("a.example", "b.example")


def test_checkpoint_dirs_are_written_like_path(
    monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    monkeypatch.setenv("CIRCUIT_EXPLORER_CHECKPOINT_DIRS", "/one:/two")
    assert get_settings().checkpoint_search_path == (
        Path("/one"),
        Path("/two"),
        data_dir / "checkpoints",
    )


def test_task_dirs_are_written_like_path(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    assert get_settings().task_search_path == (data_dir / "tasks",)
    get_settings.cache_clear()
    monkeypatch.setenv("CIRCUIT_EXPLORER_TASK_DIRS", "/one:/two")
    assert get_settings().task_search_path == (Path("/one"), Path("/two"), data_dir / "tasks")


@pytest.mark.parametrize(("name", "value"), [("PORT", "70000"), ("WORKERS", "0"), ("PORT", "web")])
def test_errors_name_variable_and_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(ENV_PREFIX + name, value)
    with pytest.raises(SettingsError) as caught:
        get_settings()
    assert ENV_PREFIX + name in caught.value.detail
    assert value in caught.value.detail
    assert caught.value.remedy


def test_settings_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    before = get_settings()
    monkeypatch.setenv("CIRCUIT_EXPLORER_PORT", "9000")
    assert get_settings() is before
