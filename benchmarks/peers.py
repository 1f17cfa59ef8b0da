"""SeisBench's side of the benchmarks: the same published weights in its networks and in ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PHASENET = "weights/phasenet/model_95.ckpt"
EQTRANSFORMER = "weights/eqtransformer/usgs_d_p_s.h5"
OURS, THEIRS = "network.onnx", "theirs"


def write_phasenet(shared: Path | None, folder: Path) -> None:
    """Write one PhaseNet for SeisBench (``theirs.pt``, ``theirs.json``); its window is 3,001 samples.

    Published weights where they are, else untrained ones.
    """
    import seisbench.models as sbm
    import torch

    from onsets import networks
    from onsets.networks.importers import import_weights
    from onsets.networks.importers.seisbench_phasenet import _theirs

    torch.manual_seed(0)
    ours = networks.build("phasenet")
    if shared is not None:
        ours, _ = import_weights(shared / PHASENET, "phasenet-tf")
    model = sbm.PhaseNet(phases="NPS", component_order="ENZ")
    state = {_theirs(name): value for name, value in ours.state_dict().items()}
    model.load_state_dict({**model.state_dict(), **state})
    model.save(folder / THEIRS)


def write_eqtransformer(shared: Path | None, folder: Path) -> None:
    """Write one EQTransformer for SeisBench."""
    import seisbench.models as sbm
    import torch

    from onsets import networks
    from onsets.networks.importers import import_weights
    from onsets.networks.importers.seisbench_eqt import _theirs

    torch.manual_seed(0)
    ours = networks.build("eqtransformer", gates="hard_sigmoid")
    if shared is not None:
        ours, _ = import_weights(shared / EQTRANSFORMER, "keras")
    model = sbm.EQTransformer(original_compatible="conservative", component_order="ENZ")
    theirs = model.state_dict()
    for name, value in ours.state_dict().items():
        target = _theirs(name, "PS", theirs)
        if not target:
            continue
        if target.rsplit(".", 1)[-1].startswith("W"):
            value = value.T
        theirs[target] = value.reshape(theirs[target].shape)
    model.load_state_dict(theirs)
    model.save(folder / THEIRS)


def load_peer(network: str, folder: Path) -> Any:
    """Return SeisBench's model of :func:`write_phasenet` or :func:`write_eqtransformer`."""
    import seisbench.models as sbm

    return {"phasenet": sbm.PhaseNet, "eqtransformer": sbm.EQTransformer}[network].load(folder / THEIRS)


def write_lppn(shared: Path | None, target: Path) -> None:
    """Write the LPPN of 8 features and stride 8 as ours, with windows that overlap by half."""
    import dataclasses

    import torch

    from onsets import networks
    from onsets.networks.importers import import_weights

    torch.manual_seed(0)
    network, spec = networks.build("lppn", width=8, stride=8), networks.spec("lppn", width=8, stride=8)
    if shared is not None:
        network, spec = import_weights(shared / "weights/lppn/8-8.wave", "lppn")
    networks.save(network.eval(), dataclasses.replace(spec, hop_samples=spec.samples // 2), target)
