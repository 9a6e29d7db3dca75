"""One trial of the published search: its hyperparameters, and the mask that is learned with them.

Gao et al. 2025, A.5 and Table 2; `methods.paper` puts trials together.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from backend.circuits.nodes import by_site
from backend.circuits.search.masks import gate
from models.config import ModelConfig
from models.sites import NodeSite, count_nodes


class PaperConfig(BaseModel):
    """The published centres, and the ranges that trials are drawn from, log-uniformly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    k_coef: float = Field(
        default=1e-4, gt=0, description="nats an open gate, in a model of `published_nodes`"
    )
    published_nodes: int = Field(
        default=180_224, gt=0, description="8 layers of 11 sites as wide as 2048 channels"
    )
    k_coef_range: tuple[float, float] = (1e-4, 5e-3)
    learning_rate: float = Field(default=3e-3, gt=0, description="its peak")
    learning_rate_range: tuple[float, float] = (1e-3, 1e-2)
    weight_decay: float = Field(default=1e-3, ge=0)
    weight_decay_range: tuple[float, float] = (1e-4, 1e-2)
    forgetting: float = Field(default=0.05, gt=0, le=1, description="1 - beta2 (published: 0.95)")
    forgetting_range: tuple[float, float] = (0.01, 0.2)
    temperature: float = Field(default=1.0, gt=0, description="of the surrogate gradient")
    temperature_range: tuple[float, float] = (0.2, 5.0)
    init_noise: float = Field(
        default=1e-2, ge=0, description="standard deviation of initial parameters"
    )
    init_noise_range: tuple[float, float] = (5e-3, 5e-2)
    steps: int = Field(default=200, gt=0, description="of the first trial")
    steps_range: tuple[int, int] = (100, 600)
    init: float = Field(default=0.1, gt=0, le=1, description="mean of initial parameters")
    reach: float = Field(
        default=0.6, gt=0, description="the least learning rate times steps, in parameter units"
    )
    """Parameters start at 0.1 and go at most half of it, less where gradients are noisy."""
    gradient_clip: float = Field(default=1.0, gt=0, description="largest norm of the gradient")
    warm_up: float = Field(default=0.05, ge=0, lt=1, description="share of the steps")
    growth: float = Field(
        default=0.25, gt=0, description="of the size tried while open gates miss the target"
    )
    trial_share: float = Field(
        default=1 / 3, gt=0, le=1, description="of the time budget that one trial may take"
    )
    masks_share: float = Field(
        default=0.8, gt=0, le=1, description="of the time budget, where elimination follows"
    )


@dataclass(frozen=True)
class Trial:
    """The hyperparameters of one mask.

    Attributes:
        steps: of training.
        learning_rate: its peak.
        k_coef: nats an open gate.
        weight_decay: of AdamW.
        beta2: of AdamW.
        temperature: of the surrogate gradient.
        init_noise: standard deviation of initial parameters.
        seed: of the noise and the batches.
    """

    steps: int
    learning_rate: float
    k_coef: float
    weight_decay: float
    beta2: float
    temperature: float
    init_noise: float
    seed: int


def draw_trial(config: PaperConfig, seed: int, number: int, most_steps: int, nodes: int) -> Trial:
    """The hyperparameters of a trial.

    The penalty's centre is that which puts the published price on all gates together.

    Args:
        config: centres and ranges.
        seed: of the search.
        number: 0 for the centres.
        most_steps: that there is time for; fewer than the range's least count as its least.
        nodes: of the model.
    """
    dice = random.Random(f"{seed}/{number}")
    least, most = config.steps_range
    most = max(least, min(most, most_steps))

    def draw(centre: float, limits: tuple[float, float]) -> float:
        low, high = limits
        return math.exp(dice.uniform(math.log(low), math.log(high))) if number else centre

    low, high = config.k_coef_range
    k_coef = min(max(config.k_coef * config.published_nodes / nodes, low), high)
    steps = round(draw(min(config.steps, most), (least, most)))
    rate = draw(config.learning_rate, config.learning_rate_range)
    return Trial(
        steps=steps,
        learning_rate=max(rate, config.reach / steps),
        k_coef=draw(k_coef, config.k_coef_range),
        weight_decay=draw(config.weight_decay, config.weight_decay_range),
        beta2=1 - draw(config.forgetting, config.forgetting_range),
        temperature=draw(config.temperature, config.temperature_range),
        init_noise=draw(config.init_noise, config.init_noise_range),
        seed=dice.getrandbits(32),
    )


def learning_rate_share(step: int, steps: int, warm_up: float) -> float:
    """Share of the peak learning rate at a step: up in a straight line, then down to zero."""
    rising = max(1, round(warm_up * steps))
    return min((step + 1) / rising, (steps - step) / max(1, steps - rising))


class Mask:
    """The mask of one trial: a parameter a node, and the optimizer that moves it.

    Args:
        model: architecture the nodes are of.
        trial: hyperparameters.
        config: what is the same for all trials.

    Attributes:
        parameters: [nodes], site after site in forward order.
    """

    def __init__(self, model: ModelConfig, trial: Trial, config: PaperConfig) -> None:
        self.model, self.trial, self.config = model, trial, config
        noise = torch.randn(count_nodes(model), generator=torch.Generator().manual_seed(trial.seed))
        start = (config.init + trial.init_noise * noise).clamp(-1, 1)
        self.parameters = start.requires_grad_()
        self.optimizer = torch.optim.AdamW(
            [self.parameters],
            lr=trial.learning_rate,
            betas=(0.9, trial.beta2),
            weight_decay=trial.weight_decay,
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer,
            lambda step: learning_rate_share(step, trial.steps, config.warm_up),
        )

    @property
    def open_gates(self) -> int:
        """Number of parameters above zero."""
        return int((self.parameters > 0).sum())

    def scores(self) -> dict[NodeSite, Tensor]:
        """[width] parameters by site."""
        return by_site(self.model, self.parameters.detach())

    def gates(self) -> dict[NodeSite, Tensor]:
        """[width] zeros and ones by site, with the surrogate gradient."""
        return by_site(self.model, gate(self.parameters, self.trial.temperature))

    def step(self, loss: Tensor, gates: dict[NodeSite, Tensor]) -> None:
        """One step down the loss and the penalty on these gates."""
        size = torch.cat(list(gates.values())).sum()
        self.optimizer.zero_grad()
        (loss + self.trial.k_coef * size).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.config.gradient_clip)
        self.optimizer.step()
        self.schedule.step()
        with torch.no_grad():
            self.parameters.clamp_(-1, 1)
