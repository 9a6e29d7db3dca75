"""Write a checkpoint of random weights in OpenAI's format, as large as their largest.

By default 475 million parameters, 1% of them nonzero: 8 layers, width 2048, MLP 8192, 128 heads of
16, positions of width 512 beside it, 2048 tokens with a bigram table. The tensors are stored dense,
as OpenAI stores theirs, in about 1.9 GB.

    python scripts/make_large_checkpoint.py /tmp/large
    python benchmarks/open_checkpoint.py /tmp/large
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.checkpoints.openai import CONFIG_FILE, NAMES, WEIGHTS_FILE, OpenAIConfig
from models.checkpoints.tensors import tensor_shapes

SIZES = {
    "n_layer": 8,
    "d_model": 2048,
    "d_mlp": 8192,
    "n_head": 128,
    "d_head": 16,
    "d_pos_emb": 512,
    "vocab_size": 2048,
    "block_size": 1024,
}
"""What can be changed on the command line."""
CHOICES = {
    "rms_norm": True,
    "ln_bias": False,
    "afrac": 0.25,
    "afrac_loctypes": "attn_in,attn_out,mlp_in,mlp_out,attn_q,attn_k,attn_v,mlp_neuron",
    "tied_unembed": False,
    "enable_bigram_table": True,
    "sink": True,
    "tokenizer_name": None,
}


def random_tensors(
    shapes: Mapping[str, torch.Size], nonzero: float, generator: torch.Generator
) -> dict[str, Tensor]:
    """Tensors by name: norms of 1, in all others about `nonzero` of the entries normal."""
    tensors = {}
    for name, shape in shapes.items():
        if "norm" in name:
            tensors[name] = torch.ones(shape)
            continue
        tensors[name] = torch.zeros(shape)
        count = max(1, round(nonzero * shape.numel()))
        places = torch.randint(shape.numel(), (count,), generator=generator)
        tensors[name].view(-1)[places] = torch.randn(count, generator=generator) / 8
    return tensors


def write(folder: Path, sizes: Mapping[str, int], nonzero: float, seed: int) -> int:
    """Write a checkpoint folder; returns its number of parameters."""
    settings: dict[str, Any] = {**sizes, **CHOICES}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / CONFIG_FILE
    path.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    shapes = tensor_shapes(OpenAIConfig.read(path).to_model_config(path), sizes["n_layer"])
    tensors = random_tensors(shapes, nonzero, torch.Generator().manual_seed(seed))
    torch.save({NAMES.of(name): value for name, value in tensors.items()}, folder / WEIGHTS_FILE)
    return sum(value.numel() for value in tensors.values())


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("out", type=Path, help="folder to write")
    for name, default in SIZES.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default)
    parser.add_argument("--nonzero", type=float, default=0.01, help="share of entries; 0.01")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sizes = {name: getattr(options, name) for name in SIZES}
    parameters = write(options.out, sizes, options.nonzero, options.seed)
    size = (options.out / WEIGHTS_FILE).stat().st_size
    print(f"{options.out}: {parameters:,} parameters, {size / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
