"""Foreign weights: read by their source's own layout, checked, and kept as ours."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onsets.errors import ConfigError, MissingExtraError, SpecError, nearest
from onsets.spec import Spec

if TYPE_CHECKING:
    from torch import nn

__all__ = ["SOURCES", "import_file", "import_weights"]

SOURCES = ("lppn", "phasenet-tf", "keras", "seisbench")
"""Who wrote a weights file: LPPN's program, PhaseNet's, Keras (EQTransformer), SeisBench."""

_IMPORTERS = {
    "lppn": ("lppn", "import_lppn"),
    "phasenet-tf": ("phasenet_tf", "import_phasenet_tf"),
    "keras": ("keras", "import_keras"),
    "seisbench-phasenet": ("seisbench_phasenet", "import_seisbench_phasenet"),
    "seisbench-eqtransformer": ("seisbench_eqt", "import_seisbench_eqtransformer"),
}
# A tensor that only this network of SeisBench has.
_SEISBENCH = {"inc.weight": "seisbench-phasenet", "encoder.convs.0.weight": "seisbench-eqtransformer"}


def import_weights(path: str | Path, source: str, **options: Any) -> tuple[nn.Module, Spec]:
    """Read foreign weights into our network; nothing in the file is run and no layer guessed.

    Parameters
    ----------
    path : str or Path
        The file; the name of a TensorFlow checkpoint may stand for its files.
    source : str
        One of :data:`SOURCES`.
    **options
        Of the importer: ``stride`` of ``lppn``, ``path_json`` of ``seisbench``.

    Returns
    -------
    network : Module
        In evaluation mode.
    spec : Spec
        How to feed it and read what it says.

    Raises
    ------
    ConfigError
        For an unknown source or option.
    SpecError
        If the file is missing, broken, or of another network; the message names layers.
    MissingExtraError
        Without torch (or, for Keras, h5py).
    """
    if source not in SOURCES:
        raise ConfigError(f"unknown source of weights {source!r}; {nearest(source, SOURCES)}")
    try:
        importer = _importer(path, source)
    except ModuleNotFoundError as error:
        if error.name in ("torch", "h5py"):
            raise MissingExtraError(error.name, "train", f"importing weights of {source}") from error
        raise
    known = tuple(inspect.signature(importer).parameters)[1:]
    for key in options:
        if key not in known:
            hint = nearest(key, known) if known else "it has none"
            raise ConfigError(f"unknown option {key!r} of source {source!r}; {hint}")
    network, spec = importer(path, **options)
    return network, spec


def _importer(path: str | Path, source: str) -> Any:
    key = source
    if source == "seisbench":
        from onsets.networks.importers._state import read_state

        state = read_state(path)
        found = [name for tensor, name in _SEISBENCH.items() if tensor in state]
        if len(found) != 1:
            raise SpecError(
                f"{path} is neither SeisBench's PhaseNet nor its EQTransformer: its first tensors are "
                + ", ".join(list(state)[:3])
            )
        key = found[0]
    module, name = _IMPORTERS[key]
    return getattr(importlib.import_module(f"onsets.networks.importers.{module}"), name)


def import_file(path: str | Path, source: str, output: str | Path, **options: Any) -> dict[str, Any]:
    """Read foreign weights and write them as ours, with their Spec; all or nothing.

    Parameters
    ----------
    path : str or Path
    source : str
    **options
        As for :func:`import_weights`.
    output : str or Path
        Safetensors file to write; an old one is replaced once the new one is whole.

    Returns
    -------
    dict
        ``name`` and ``network`` of the Spec, ``parameters`` (trainable), ``input_sha256`` (of a
        TensorFlow checkpoint: of its first data file) and ``output_sha256``.

    Raises
    ------
    ConfigError
        If the output cannot lie there; otherwise as :func:`import_weights`.
    """
    from onsets.networks.weights import save, sha256

    target = Path(output)
    if not target.parent.is_dir() or target.is_dir():
        raise ConfigError(f"cannot write {target}: name a file in a folder that is there")
    network, spec = import_weights(path, source, **options)
    origin = Path(path)
    if source == "phasenet-tf":
        from onsets.networks.importers.tensorflow import bundle_files

        origin = bundle_files(path)[1]
    if target.exists() and target.samefile(origin):
        raise ConfigError(f"{target} is the file that is read; name another output")
    read = sha256(origin)
    return {
        "name": spec.name,
        "network": spec.network,
        "parameters": sum(p.numel() for p in network.parameters() if p.requires_grad),
        "input_sha256": read,
        "output_sha256": save(network, spec, target),
    }
