"""The tables of a recipe: what may be written in each, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from onsets.datasets.parts import PARTS
from onsets.errors import ConfigError, nearest

__all__ = [
    "Data",
    "Loss",
    "Network",
    "Optimiser",
    "Run",
    "Schedule",
    "Start",
    "Stop",
    "Teacher",
]


def _require(table: str, checks: dict[str, bool], thing: Any) -> None:
    """Raise ConfigError for the first option that is out of its bounds."""
    for key, right in checks.items():
        if not right:
            raise ConfigError(f"{table}: {key} = {getattr(thing, key)!r} cannot be used")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What is trained.

    Attributes
    ----------
    name : str
        Key of the registry, see ``onsets models``.
    options : dict
        Of its builder.
    picker : str
        Name of the trained picker; the network's if empty.
    spec : dict
        What differs from the Spec of the paper, such as ``components`` or ``normalisation``.
    """

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    picker: str = ""
    spec: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """What it is trained on.

    Attributes
    ----------
    sets : tuple of str
        Datasets, each as :func:`onsets.datasets.open_dataset` takes it.
    root : str
        Folder that these paths are inside.
    filters : dict
        Name of a selection -> its limits, see :data:`onsets.datasets.FILTERS`.
    shares : dict
        Part -> share of the records: ``train``, ``dev`` and, if wanted, ``test``. Empty: the parts that
        the datasets were split into before.
    parts : str
        CSV table of the parts instead of shares, see :func:`onsets.datasets.read_parts`; relative to
        ``root``.
    by : str
        Split by ``event`` or by ``time``, see :func:`onsets.datasets.split_dataset`.
    split_seed : int
        Of the split.
    name_time : str
        Column of ``metadata.csv`` with the time of the first arrival, for datasets in the SeisBench
        layout that do not say when their records begin.
    noise_windows : str
        Table of noise stretches inside the records, see :func:`onsets.datasets.read_noise_windows`.
    noise_share : float or None
        Share of windows that hold noise only; None takes records as they come.
    rate_as : dict
        Dataset -> rate its records are said to have, Hz: they are played at another speed. 40 Hz said
        to be 100 make of S-P 30 s one of 12.
    label_shift_s : dict
        Dataset -> seconds to add to its labels (as recorded), where they are known to be early or late.
    weights : dict
        Dataset -> relative chance of a record to be drawn, 1 if not named.
    generalisation : tuple of str
        Datasets of another domain, all of whose records are the part ``generalisation`` (MSNet).
    hold : bool
        Hold all records in memory.
    """

    sets: tuple[str, ...]
    root: str = "."
    filters: dict[str, dict[str, Any]] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    parts: str = ""
    by: Literal["event", "time"] = "event"
    split_seed: int = 0
    name_time: str = ""
    noise_windows: str = ""
    noise_share: float | None = None
    rate_as: dict[str, float] = field(default_factory=dict)
    label_shift_s: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    generalisation: tuple[str, ...] = ()
    hold: bool = False

    def __post_init__(self) -> None:
        for part in self.shares:
            if part not in PARTS:
                raise ConfigError(f"shares: unknown part {part!r}; {nearest(part, PARTS)}")
        checks = {
            "sets": bool(self.sets),
            "shares": not self.shares or {"train", "dev"} <= set(self.shares),
            "parts": not (self.parts and self.shares),
            "noise_windows": not self.noise_windows or self.hold,
            "noise_share": self.noise_share is None or 0 <= self.noise_share < 1,
            "rate_as": all(rate > 0 for rate in self.rate_as.values()),
            "weights": all(weight >= 0 for weight in self.weights.values()),
        }
        _require("data", checks, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What is made small; see :mod:`onsets.training.losses`.

    Attributes
    ----------
    kind : str
        ``cross-entropy`` over the rows of each value, or ``binary`` for each row.
    reduction : str
        ``mean`` over what counts, weighted, or ``sum`` over each window (LPPN).
    rows : dict
        Row -> weight of its binary loss.
    offset : float
        Weight of the squared error of the onset in its segment, samples.
    offset_error : str
        ``squared``, or ``huber``: linear beyond one sample.
    auxiliary : float
        Weight of the binary loss of auxiliary outputs.
    l1 : float
        Weight of the absolute values of convolutions' numbers in ``l1_parts``.
    l1_of : str
        ``all`` of them, or their ``biases`` (LEQNet).
    l1_parts : tuple of str
        Parts of the network by the beginning of their names.
    """

    kind: Literal["cross-entropy", "binary"] = "cross-entropy"
    reduction: Literal["mean", "sum"] = "mean"
    rows: dict[str, float] = field(default_factory=dict)
    offset: float = 0.1
    offset_error: Literal["squared", "huber"] = "squared"
    auxiliary: float = 1.0
    l1: float = 0.0
    l1_of: Literal["all", "biases"] = "all"
    l1_parts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checks = {
            "rows": self.kind == "binary" or not self.rows,
            "offset": self.offset >= 0,
            "auxiliary": self.auxiliary >= 0,
            "l1": self.l1 >= 0 and (self.l1 == 0 or bool(self.l1_parts)),
        }
        _require("loss", checks, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimiser:
    """How weights are moved.

    Attributes
    ----------
    kind : str
        ``adam``, ``adamw`` or ``sgd``.
    rate : float
        Learning rate, what the schedule multiplies or replaces.
    weight_decay : float
    betas : tuple of float
        Of Adam; the first is the momentum of SGD.
    clip : float
        Largest norm of the gradient; 0 does not clip.
    """

    kind: Literal["adam", "adamw", "sgd"] = "adam"
    rate: float = 1e-3
    weight_decay: float = 0.0
    betas: tuple[float, float] = (0.9, 0.999)
    clip: float = 0.0

    def __post_init__(self) -> None:
        checks = {
            "rate": self.rate > 0,
            "weight_decay": self.weight_decay >= 0,
            "betas": min(self.betas) >= 0 and max(self.betas) < 1,
            "clip": self.clip >= 0,
        }
        _require("optimiser", checks, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How the learning rate changes; see :mod:`onsets.training.schedule`.

    Attributes
    ----------
    kind : str
        ``constant``; ``by-epoch``: after an epoch of the table the rate beside it; ``decay``: times
        ``factor`` every ``steps`` updates; ``one-cycle``: up over the share ``warm``, then down.
    table : tuple of (int, float)
        Of ``by-epoch``.
    factor : float
    steps : int
    warm : float
    plateau_factor : float
        Multiply the rate by this when the loss of the part that stops has not fallen for
        ``plateau_patience`` epochs, 1 never; not below ``plateau_floor``.
    plateau_patience : int
    plateau_floor : float
    """

    kind: Literal["constant", "by-epoch", "decay", "one-cycle"] = "constant"
    table: tuple[tuple[int, float], ...] = ()
    factor: float = 0.9
    steps: int = 1000
    warm: float = 0.15
    plateau_factor: float = 1.0
    plateau_patience: int = 10
    plateau_floor: float = 0.0

    def __post_init__(self) -> None:
        epochs = [epoch for epoch, _ in self.table]
        checks = {
            "table": (self.kind == "by-epoch") == bool(self.table)
            and epochs == sorted(set(epochs))
            and all(rate > 0 for _, rate in self.table),
            "factor": 0 < self.factor <= 1,
            "steps": self.steps > 0,
            "warm": 0 < self.warm < 1,
            "plateau_factor": 0 < self.plateau_factor <= 1,
            "plateau_patience": self.plateau_patience > 0,
        }
        _require("schedule", checks, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """When to stop, and whose weights are kept.

    Attributes
    ----------
    part : str
        ``dev``, or ``generalisation``: MSNet judges by data of another domain.
    measure : str
        ``loss``, the lower the better, or ``f1`` of P and S, the higher.
    patience : int
        Epochs without improvement after which training ends; 0 trains all epochs.
    keep : str
        ``best`` or ``last`` weights.
    """

    part: Literal["dev", "generalisation"] = "dev"
    measure: Literal["loss", "f1"] = "loss"
    patience: int = 0
    keep: Literal["best", "last"] = "best"

    def __post_init__(self) -> None:
        _require("stop", {"patience": self.patience >= 0}, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Weights to begin with (fine-tuning).

    Attributes
    ----------
    weights : str
        A ``.safetensors`` file of the same network; empty begins anew.
    frozen : tuple of str
        Parts that stay as they are, by the beginning of their names; their statistics stay too.
    fresh : tuple of str
        Parts that begin anew all the same.
    """

    weights: str = ""
    frozen: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """Another network whose curves are learned too (distillation).

    With a teacher, training records without labels and of no category are learned from, too.

    Attributes
    ----------
    weights : str
        Its ``.safetensors`` file; empty: no teacher.
    blend : str
        ``mean``: labels and its curves are learned side by side; ``max``: whichever is higher at each
        value, so that it adds arrivals without a label and takes none away; where labels say nothing
        (:attr:`onsets.labels.Labels.hide_unlabelled`) only its curves are learned, with weight 1.
    share : float or None
        Weight of its curves in the mean, one half if not given; labels keep the rest. ``max`` has none.
    rates : tuple of float
        At what of its own rate it is asked, once for each; its curves are averaged. At half of it an
        earthquake looks as near as one with half the time between P and S.
    """

    weights: str = ""
    blend: Literal["mean", "max"] = "mean"
    share: float | None = None
    rates: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        share = self.share is None or (self.blend == "mean" and 0 < self.share <= 1)
        right = {"share": share, "rates": bool(self.rates) and min(self.rates) > 0}
        _require("teacher", right, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How long, on what, and what is written.

    Attributes
    ----------
    epochs : int
    epoch_steps : int
        Updates in an epoch; 0: as many as it takes to see each record once.
    batch : int
        Windows in each update, of all processes together.
    twice : bool
        Put each record into its batch twice, in both halves (EQTransformer).
    dev_steps : int
        Batches of the dev part after each epoch; 0: all.
    seed : int
        Of everything random.
    device : str
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ...
    precision : str
        ``float32``, or ``bfloat16`` or ``float16`` where it is safe.
    average : float
        Decay of the moving average of the weights, which then is what is kept; 0: none.
    threads : int
        Of torch; 0: as they are.
    workers : int
        Threads that prepare batches; the batches do not depend on it.
    checkpoint_steps : int
        Updates between checkpoints; 0: only at the end of each epoch.
    log_steps : int
        Updates between lines of the log.
    """

    epochs: int = 10
    epoch_steps: int = 0
    batch: int = 32
    twice: bool = False
    dev_steps: int = 0
    seed: int = 0
    device: str = "auto"
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    average: float = 0.0
    threads: int = 0
    workers: int = 1
    checkpoint_steps: int = 0
    log_steps: int = 1

    def __post_init__(self) -> None:
        whole = ("epoch_steps", "dev_steps", "threads", "checkpoint_steps")
        checks = {
            **{key: getattr(self, key) >= 0 for key in whole},
            "epochs": self.epochs > 0,
            "batch": self.batch > 0 and not (self.twice and self.batch % 2),
            "average": 0 <= self.average < 1,
            "workers": self.workers > 0,
            "log_steps": self.log_steps > 0,
        }
        _require("run", checks, self)
