"""A trained network as teacher: its curves in the shape of another network's."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from onsets import networks
from onsets.errors import ConfigError
from onsets.labels import Targets
from onsets.spec import Spec
from onsets.training.feed import feed
from onsets.training.options import Teacher
from onsets.training.scores import probabilities

__all__ = ["TeacherNetwork", "added", "load_teacher"]


@dataclass(frozen=True, slots=True, eq=False)
class TeacherNetwork:
    """A network that is asked, not trained.

    Attributes
    ----------
    network : Module
        In evaluation mode.
    spec, pupil : Spec
        Its own, and that of the network which learns.
    rates : tuple of float
        At what of its own rate it is asked.
    """

    network: nn.Module
    spec: Spec
    pupil: Spec
    rates: tuple[float, ...] = (1.0,)

    @torch.no_grad()
    def curves(self, windows: Tensor) -> Tensor:
        """Return what the pupil should say.

        Parameters
        ----------
        windows : Tensor, shape (batch, 3, samples)
            Rows Z N E, not normalised.

        Returns
        -------
        Tensor, shape (batch, rows, values)
            Of the pupil's rows and values, the mean of what the teacher says at each rate. Each value
            takes the highest of the teacher's samples in it; noise is 1 - P - S.
        """
        own = torch.stack([self._heard(windows, rate) for rate in self.rates]).mean(dim=0)
        values = -(-self.pupil.samples // self.pupil.segment_samples)
        rows = {label: own[:, k : k + 1] for k, label in enumerate(self.spec.outputs)}
        if self.pupil.segment_samples != self.spec.segment_samples:
            rows = {label: functional.adaptive_max_pool1d(row, values) for label, row in rows.items()}
        return _stacked(rows, self.pupil)

    def _heard(self, windows: Tensor, rate: float) -> Tensor:
        """Return the teacher's probabilities of windows resampled to ``rate`` times theirs."""
        n = windows.shape[2]
        if rate != 1:
            size = (1, round(n * rate))
            wide = functional.interpolate(windows[:, :, None], size=size, mode="bilinear", antialias=True)
            windows = wide[:, :, 0]
        out = self.network(feed(windows, self.spec))
        own = probabilities(out[0] if isinstance(out, tuple) else out, self.spec)
        if rate == 1:
            return own
        return functional.interpolate(own, size=-(-n // self.spec.segment_samples), mode="linear")


def added(targets: Targets, curves: Tensor, spec: Spec) -> Targets:
    """Add what a teacher hears to labels.

    Parameters
    ----------
    targets : Targets
    curves : Tensor, shape (batch, rows, values)
        The teacher's.
    spec : Spec
        Names the rows.

    Returns
    -------
    Targets
        At each value the higher of label and curve; noise is 1 - P - S. Where labels hide what they do not
        know, the weight is 1 and nothing is hidden any more.
    """
    higher = torch.maximum(targets.curves, curves)
    rows = {label: higher[:, k : k + 1] for k, label in enumerate(spec.outputs)}
    weight = targets.weight if targets.hidden is None else torch.where(targets.hidden, 1.0, targets.weight)
    return dataclasses.replace(targets, curves=_stacked(rows, spec), weight=weight, hidden=None)


def _stacked(rows: dict[str, Tensor], spec: Spec) -> Tensor:
    """Put rows, (batch, 1, values) each, in the order of a Spec; where it has noise, all sum to 1."""
    if "N" in spec.outputs:
        both = torch.cat([rows["P"], rows["S"]], dim=1)
        total = both.sum(dim=1, keepdim=True)
        both = both / total.clamp_min(1)
        rows = rows | {"P": both[:, :1], "S": both[:, 1:], "N": (1 - total).clamp_min(0)}
    return torch.cat([rows[label] for label in spec.outputs], dim=1)


def load_teacher(table: Teacher, pupil: Spec, device: torch.device) -> TeacherNetwork:
    """Load a teacher.

    Parameters
    ----------
    table : Teacher
    pupil : Spec
    device : device

    Raises
    ------
    SpecError
        If the file cannot be used.
    ConfigError
        If its curves cannot teach the pupil: another rate, fewer rows, longer segments, or an answer for
        each window.
    """
    path = table.weights
    network, spec = networks.load(path)
    wanted = set(pupil.outputs) - {"N"}
    if spec.rate_hz != pupil.rate_hz or not wanted <= set(spec.outputs):
        raise ConfigError(
            f"teacher {path} gives {', '.join(spec.outputs)} at {spec.rate_hz:g} Hz; "
            f"{pupil.name} needs {', '.join(sorted(wanted))} at {pupil.rate_hz:g} Hz"
        )
    if "per_window" in (spec.output_kind, pupil.output_kind) or spec.segment_samples > pupil.segment_samples:
        raise ConfigError(f"teacher {path} has a value for more samples than {pupil.name}; take a finer one")
    return TeacherNetwork(network.to(device), spec, pupil, table.rates)
