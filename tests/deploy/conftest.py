"""Networks with weights that say something, windows, and their C source."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from torch import nn

from onsets import networks
from onsets.spec import Spec
from tests.networks.conftest import stir_weights

Made = tuple[nn.Module, Spec]


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def stirred() -> Callable[..., Made]:
    """Function ``stirred(name, **spec)``: a network of the registry with random weights, and its Spec."""

    def make(name: str, **changes: object) -> Made:
        spec = networks.spec(name)
        x = torch.randn(2, len(spec.components), spec.samples, generator=torch.Generator().manual_seed(1))
        return stir_weights(networks.build(name), x), dataclasses.replace(spec, **changes)

    return make


@pytest.fixture(scope="session")
def small() -> Made:
    """An LPPN of width 4 with random weights."""
    spec = networks.spec("lppn", width=4)
    x = torch.randn(2, 3, spec.samples, generator=torch.Generator().manual_seed(1))
    spec = dataclasses.replace(spec, name="small", components="ZNE", normalisation="component-std")
    return stir_weights(networks.build("lppn", width=4), x), spec


@pytest.fixture
def windows(small: Made) -> np.ndarray:
    """Windows of noise with a sudden beginning."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(24, 3, small[1].samples)).astype(np.float32)
    for k, row in enumerate(x):
        row[:, 500 + 80 * k :] *= 5
    return x / x.std(axis=2, keepdims=True)
