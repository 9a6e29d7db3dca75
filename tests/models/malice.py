"""What a pickle may carry besides tensors."""

from pathlib import Path
from typing import Any


class Malice:
    """Unpickled without a check, it makes a file."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.target,))
