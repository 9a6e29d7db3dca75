"""Training in two processes against training in one: real processes, started by torchrun."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from models import load_checkpoint
from models.recipe import Recipe
from models.training import train
from models.training.processes import BatchError, Processes
from tests.models.test_training import Killed, recipe

STEPS = 6
OPTIMIZER = {"learning_rate": 0.01, "eps": 0.01}
"""With a small eps the first step changes all weights by as much, up to rounding; which of the
biases, zero before it, are then the largest would be left to rounding."""

SCRIPT = """
import sys
import weakref
from pathlib import Path
from torch import distributed
from models.recipe import Recipe
from models.training import train
from models.training.processes import joined_processes

recipe = Recipe.model_validate_json(Path(sys.argv[1]).read_text())
with joined_processes() as processes:
    told = []
    train(recipe, Path(sys.argv[2]), told.append, processes)
    print(f"rank {processes.rank} of {processes.count}: {len(told)} lines")
    group = weakref.ref(distributed.group.WORLD)
assert group() is None, "something keeps the group, whose threads may abort the process at its end"
"""


def short_recipe() -> Recipe:
    run = {**recipe().run.model_dump(), "steps": STEPS, "save_every": 3}
    return recipe(run=run, optimizer=OPTIMIZER)


def in_two(folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    (folder / "recipe.json").write_text(short_recipe().model_dump_json())
    (folder / "script.py").write_text(SCRIPT)
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    return subprocess.run(
        [sys.executable, *launcher, folder / "script.py", folder / "recipe.json", out],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(short_recipe(), tmp_path_factory.mktemp("alone") / "toy")


def assert_close(folder: Path, expected: Path) -> None:
    ours = load_checkpoint(folder).model.state_dict()
    for name, weight in load_checkpoint(expected).model.state_dict().items():
        torch.testing.assert_close(ours[name], weight, atol=1e-4, rtol=1e-3, msg=name)


def test_two_processes_give_the_weights_of_one(alone: Path, tmp_path: Path) -> None:
    ended = in_two(tmp_path, tmp_path / "out")
    assert ended.returncode == 0, ended.stderr
    assert sorted(ended.stdout.splitlines()) == ["rank 0 of 2: 4 lines", "rank 1 of 2: 0 lines"]
    assert_close(tmp_path / "out", alone)
    assert len((tmp_path / "out" / "training.jsonl").read_text().splitlines()) == 4
    assert not (tmp_path / "out" / "work").exists()


def test_a_run_begun_by_one_process_is_ended_by_two(alone: Path, tmp_path: Path) -> None:
    def kill(progress: object) -> None:
        if getattr(progress, "step", 0) == 4:  # past the state saved at step 3
            raise Killed

    out = tmp_path / "out"
    with pytest.raises(Killed):
        train(short_recipe(), out, kill)
    ended = in_two(tmp_path, out)
    assert ended.returncode == 0, ended.stderr
    assert_close(out, alone)


def test_a_batch_that_cannot_be_shared_is_refused(tmp_path: Path) -> None:
    three = Processes(rank=0, count=3, device=torch.device("cpu"))
    with pytest.raises(BatchError, match=r"run\.batch is 4, and 3 processes .* multiple of 3"):
        train(recipe(), tmp_path / "never", processes=three)
    assert not (tmp_path / "never").exists()


def test_shares_are_the_rows_of_the_batch_in_order() -> None:
    batch = torch.arange(12).view(6, 2)
    device = torch.device("cpu")
    shares = [Processes(rank, 3, device).share(batch) for rank in range(3)]
    assert torch.equal(torch.cat(shares), batch)
