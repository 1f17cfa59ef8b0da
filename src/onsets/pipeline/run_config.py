"""What the configuration of ``onsets run`` may say: a table a step."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from onsets.association import ENGINES, PyoctoOptions, RealOptions
from onsets.errors import ConfigError, nearest
from onsets.location import LocateOptions, RelocateOptions
from onsets.magnitude import MagnitudeOptions
from onsets.pipeline.archive import Archive
from onsets.pipeline.correlate import CorrelateOptions
from onsets.pipeline.day import PickOptions
from onsets.store import check_target
from onsets.tables import time_ns
from onsets.waveforms import stations_list

__all__ = [
    "ArchiveTable",
    "AssociateTable",
    "CatalogueTable",
    "NetworkTable",
    "OutputTable",
    "PickTable",
    "ReportTable",
    "RunConfig",
]

OPTIONAL = ("associate", "locate", "relocate", "magnitude", "catalogue", "report")
"""Steps that may be skipped."""
PRODUCTS = (
    *("events.csv", "assignments.csv", "located.csv", "residuals.csv", "quality.jsonl"),
    *("dt.cc", "relocated.csv", "residuals-relocated.csv", "sized.csv", "amplitudes.csv"),
    *("report.html", "ledger.sqlite"),
)
"""Names of the run folder that the steps use themselves."""


@dataclass(frozen=True, slots=True)
class ArchiveTable:
    """``[archive]``: where waveforms are.

    Attributes
    ----------
    sds : str, optional
        Root of an SDS archive; needs ``start`` and ``end``.
    files : tuple of str
        Files, folders and patterns instead.
    start, end : str, optional
        ISO 8601 UTC, end excluded.
    stations : str, optional
        CSV of the stations wanted, for an SDS archive.
    """

    sds: str | None = None
    files: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    stations: str | None = None

    def __post_init__(self) -> None:
        if (self.sds is None) == (not self.files):
            raise ConfigError("give sds or files, one of them")
        if self.stations is not None and self.sds is None:
            raise ConfigError("stations belongs to sds")

    def archive(self) -> Archive:
        """Return the archive."""
        start, end = (
            None if text is None else time_ns(text, key)
            for text, key in ((self.start, "archive.start"), (self.end, "archive.end"))
        )
        names = None if self.stations is None else tuple(stations_list(self.stations))
        return Archive(self.files, self.sds, start, end, names)


@dataclass(frozen=True, slots=True)
class PickTable:
    """``[pick]``: which picker, and who does the work; as the options of ``onsets pick``."""

    model: str = "default"
    weights: str | None = None
    thresholds: dict[str, float] = field(default_factory=dict)
    rate_as: float | None = None
    mode: str = "exact"
    threads: int = 1
    workers: int = 1
    scheduler: str | None = None

    def __post_init__(self) -> None:
        for key in ("threads", "workers"):
            if getattr(self, key) < 1:
                raise ConfigError(f"{key} is {getattr(self, key)}, expected 1 or more")

    def options(self) -> PickOptions:
        """Return the picker's options."""
        limits = tuple(sorted(self.thresholds.items()))
        return PickOptions(self.model, self.weights, limits, self.rate_as, self.threads, self.mode)


@dataclass(frozen=True, slots=True)
class OutputTable:
    """``[output]``: the run folder, and the files in it (empty: not written).

    Attributes
    ----------
    folder : str
    picks, detections, ledger : str
        Names in the folder, with the suffix of a format.
    """

    folder: str
    picks: str = "picks.csv"
    detections: str = ""
    ledger: str = "stations.csv"

    def targets(self) -> list[tuple[str, str]]:
        """Return the files that are wanted, each with its table."""
        named = ((self.picks, "picks"), (self.detections, "detections"), (self.ledger, "ledger"))
        return [(name, content) for name, content in named if name]


@dataclass(frozen=True, slots=True)
class NetworkTable:
    """``[network]``: what everything after the picks needs; without it a run ends with the picks.

    Attributes
    ----------
    stations : str
        In any form that :func:`onsets.waveforms.read_stations` reads.
    velocity : str
        In any form that :func:`onsets.earth.read_model` reads.
    responses : str, optional
        In any form that :func:`onsets.waveforms.read_responses` reads; not needed if the file of stations
        holds them. Without responses magnitudes are those of durations.
    """

    stations: str
    velocity: str
    responses: str | None = None


@dataclass(frozen=True, slots=True)
class AssociateTable:
    """``[associate]``: ``method`` and the settings of that engine."""

    TAG: ClassVar[str] = "method"
    VARIANTS: ClassVar[dict[str, type]] = {name: kind for name, (kind, _) in ENGINES.items()}


@dataclass(frozen=True, slots=True)
class CatalogueTable:
    """``[catalogue]``: where the final events go.

    Attributes
    ----------
    files : tuple of str
        Names in the run folder, with the suffix of a format.
    database : str
        ``postgresql://...`` (or a SQLite file anywhere) the events are added to as well; located and
        relocated origins stand side by side there.
    """

    files: tuple[str, ...] = ("catalogue.csv", "catalogue.xml")
    database: str = ""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """``[report]``: the page.

    Attributes
    ----------
    title : str
    """

    title: str = "Seismicity"


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The whole file.

    Attributes
    ----------
    skip : tuple of str
        Steps that are left out, such as ``relocate``.
    correlate : CorrelateOptions or None
        A table ``[correlate]``, be it empty, makes the relocation use correlated waveforms as well.
    """

    archive: ArchiveTable
    output: OutputTable
    pick: PickTable = PickTable()
    network: NetworkTable | None = None
    associate: AssociateTable | PyoctoOptions | RealOptions = field(default_factory=PyoctoOptions)
    locate: LocateOptions = field(default_factory=LocateOptions)
    correlate: CorrelateOptions | None = None
    relocate: RelocateOptions = field(default_factory=RelocateOptions)
    magnitude: MagnitudeOptions = field(default_factory=MagnitudeOptions)
    catalogue: CatalogueTable = CatalogueTable()
    report: ReportTable = ReportTable()
    skip: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.skip:
            if name not in OPTIONAL:
                raise ConfigError(f"skip: unknown step {name!r}; {nearest(name, OPTIONAL)}")
        if self.correlate is not None and self.archive.sds is None:
            raise ConfigError("correlate needs archive.sds, got archive.files")
        names = [name for name, _ in self.targets()]
        twice = sorted({name for name in names if names.count(name) > 1 or name in PRODUCTS})
        if twice:
            raise ConfigError(f"{twice[0]!r} would be written by two steps; choose another name")

    def targets(self) -> list[tuple[str, str]]:
        """Return the names that the file gives to files of the run folder, each with its table."""
        return [*self.output.targets(), *((name, "events") for name in self.catalogue.files)]

    def check(self) -> None:
        """Say at once what cannot be written.

        Raises
        ------
        ConfigError, MissingExtraError
        """
        for name, content in self.targets():
            if Path(name).name != name:
                raise ConfigError(f"file of {content} is {name!r}, expected a file name without a folder")
            check_target(f"./{name}", content)
        if self.catalogue.database:
            check_target(self.catalogue.database, "events")
