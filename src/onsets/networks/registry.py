"""The registry: one dict from a network's name to the module that builds it.

Nothing is imported until a network is asked for, so listing them needs no torch.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any

from onsets.errors import MissingExtraError, SpecError, nearest
from onsets.spec import Spec

if TYPE_CHECKING:
    from torch import nn

__all__ = ["REGISTRY", "Entry", "build", "figures", "names", "spec"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a network is built: ``module.build(**options)`` and ``module.spec(**options)``.

    Attributes
    ----------
    module : str
        Module inside ``onsets.networks``.
    options : dict
        Arguments that tell this entry from others of the same module.
    """

    module: str
    options: dict[str, Any] = field(default_factory=dict)


REGISTRY: dict[str, Entry] = {
    "lppn": Entry("lppn"),
    "eqtransformer": Entry("eqtransformer"),
    "eqtransformer-original": Entry("eqtransformer", {"recurrences": 2}),
    "eqtransformer-leqnet-paper": Entry("eqtransformer", {"blocks": "33322", "recurrences": 2}),
    "leqnet": Entry("leqnet"),
    "cnn3": Entry("cnn3"),
    "cnn7": Entry("cnn7"),
    "cnn7-separable": Entry("cnn7", {"separable": True}),
    "unet": Entry("unet"),
    "unet-1d": Entry("unet", {"exact": False}),
    "cnn-gru": Entry("cnn_gru"),
    "wavenet": Entry("wavenet"),
    "wavenet-separable": Entry("wavenet", {"separable": True}),
    "phasenet": Entry("phasenet"),
    "cpic-v1": Entry("cpic", {"version": 1}),
    "cpic-v2": Entry("cpic", {"version": 2}),
    "msnet": Entry("msnet"),
    "onsets-net": Entry("onsets_net"),
}


def names() -> list[str]:
    """Return the names of all networks in the order of the registry."""
    return list(REGISTRY)


def _module(name: str) -> Any:
    if name not in REGISTRY:
        raise SpecError(f"unknown network {name!r}; {nearest(name, names())}")
    try:
        return importlib.import_module(f"onsets.networks.{REGISTRY[name].module}")
    except ModuleNotFoundError as error:
        if error.name == "torch":
            raise MissingExtraError("torch", "train", f"building the network {name}") from error
        raise


def build(name: str, **options: Any) -> nn.Module:
    """Build an untrained network.

    Parameters
    ----------
    name : str
        A key of :data:`REGISTRY`.
    **options
        Passed on to the network's builder, over those of the entry.

    Raises
    ------
    SpecError
        For an unknown name or option.
    MissingExtraError
        Without torch.
    """
    module = _module(name)
    try:
        network: nn.Module = module.build(**{**REGISTRY[name].options, **options})
    except TypeError as error:
        raise SpecError(f"network {name!r} cannot be built with {options}: {error}") from error
    return network


def spec(name: str, **options: Any) -> Spec:
    """Return the Spec a network has by its paper, under the registry's name."""
    import dataclasses

    module = _module(name)
    try:
        made: Spec = module.spec(**{**REGISTRY[name].options, **options})
    except TypeError as error:
        raise SpecError(f"network {name!r} has no Spec with {options}: {error}") from error
    return dataclasses.replace(made, name=name, network=name)


def figures() -> list[dict[str, Any]]:
    """Return what each network costs, as measured by :mod:`onsets.networks.cost`; needs no torch.

    Returns
    -------
    list of dict
        The keys of ``onsets models --json``, in the order of the registry.
    """
    text = resources.files("onsets.networks").joinpath("figures.json").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(text)
    return rows
