"""A `viz_data.pt` in OpenAI's layout, for any model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from models.config import ModelConfig


def viz_data(config: ModelConfig, kept: dict[str, list[int]]) -> dict[str, Any]:
    """What their viewer reads, of a circuit with these indices by location.

    Stored losses are doubled, as theirs: 0.2 of the whole model, 0.5 of the circuit alone, and one
    tenth more for each further index of a location; those of blocks are not.
    """
    locations = [*kept, "final_resid"]
    indices = {**kept, "final_resid": [0, 1]}
    tokens = torch.tensor([[1, 2, 3], [1, 4, 0]])
    return {
        "circuit_data": {
            **{name: torch.tensor(indices[name], dtype=torch.int64) for name in locations},
            "prune_config": {"target_loss": 0.3, "k_coef": 1e-4, "lr": 3e-3},
        },
        "samples": {
            name: {
                index: {
                    share: tuple([([1, 2, 3], [0.1, 0.2, 0.3], 2)] for _ in range(2))
                    for share in (0.001, 0.01, 0.1, 0.5)
                }
                for index in numbers
            }
            for name, numbers in kept.items()
        },
        "importances": {
            "loss": torch.tensor(0.4),
            "interv_loss": torch.tensor(1.0),
            "ch_interv_losses": {
                name: [1.0 + 0.2 * place for place in range(1, len(numbers) + 1)]
                for name, numbers in indices.items()
            },
            "layer_interv_losses": {"0.attn": 0.6, "0.mlp": torch.tensor(0.75)},
            "pair_data": [[torch.zeros(1, 1), [0], ["bias"], ("0.mlp.act_in", "0.mlp.post_act")]],
            "task_samples": (tokens, {name: {0: torch.zeros(2, 3)} for name in kept}),
            "beeg_model_config": {
                "n_layer": config.n_layer,
                "d_model": config.d_model,
                "n_head": config.n_head,
                "d_head": None,
                "vocab_size": config.vocab_size,
            },
        },
        "num_total_nodes": 123,
        "all_loss": [(0, 2.0), (1, 1.0)],
        "prune_config": {"target_loss": 0.3, "k_coef": 1e-4},
    }


def save_viz_data(path: Path, config: ModelConfig, kept: dict[str, list[int]]) -> Path:
    """Writes one."""
    torch.save(viz_data(config, kept), path)
    return path
