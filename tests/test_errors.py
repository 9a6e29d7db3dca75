import pickle

import pytest

from backend import errors


def _tree(cls: type[errors.CircuitExplorerError]) -> list[type[errors.CircuitExplorerError]]:
    return [cls, *(leaf for child in cls.__subclasses__() for leaf in _tree(child))]


@pytest.mark.parametrize("cls", _tree(errors.CircuitExplorerError))
def test_every_error_has_title_status_and_remedy(cls: type[errors.CircuitExplorerError]) -> None:
    error = cls("Port 'web' is no number.")
    assert error.title
    assert 400 <= error.status < 600
    assert error.remedy == cls.default_remedy
    assert str(error).startswith("Port 'web' is no number. ")


@pytest.mark.parametrize("cls", _tree(errors.CircuitExplorerError))
def test_errors_cross_process_borders(cls: type[errors.CircuitExplorerError]) -> None:
    error = pickle.loads(pickle.dumps(cls("what", remedy="do this")))
    assert type(error) is cls
    assert (error.detail, error.remedy) == ("what", "do this")
