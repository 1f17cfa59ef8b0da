"""Parts of a whole dataset: by event or by time, never by trace, and the check that nothing leaks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.datasets.dataset import Dataset, Rows
from onsets.errors import CatalogueError, ConfigError, nearest

__all__ = ["PARTS", "SHARES", "check_parts", "event_groups", "shares_of", "split_dataset"]

PARTS = ("train", "dev", "test")
"""Names of the parts, as SeisBench has them."""

SHARES = {"85/5/10": (0.85, 0.05, 0.10), "80/10/10": (0.80, 0.10, 0.10)}
"""Usual shares: EQTransformer's and LEQNet's."""

WAYS = ("event", "time")
WITHIN_S = 120.0
DAY_NS = 86_400 * 10**9


def shares_of(text: str) -> dict[str, float]:
    """Return the shares of train, dev and test that a text such as ``85/5/10`` names.

    Parameters
    ----------
    text : str
        Three numbers that sum to 100 (or to 1).

    Raises
    ------
    ConfigError
        If it is something else.

    Examples
    --------
    >>> shares_of("80/10/10")
    {'train': 0.8, 'dev': 0.1, 'test': 0.1}
    """
    if text in SHARES:
        return dict(zip(PARTS, SHARES[text], strict=True))
    try:
        values = [float(word) for word in text.split("/")]
    except ValueError:
        values = []
    whole = sum(values)
    if len(values) != len(PARTS) or min(values) < 0 or min(abs(whole - 100), abs(whole - 1)) > 1e-6:
        raise ConfigError(f"shares {text!r}: expected train/dev/test such as {' or '.join(SHARES)}")
    return dict(zip(PARTS, [value / whole for value in values], strict=True))


class _Links:
    """Sets that grow together."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def root(self, i: int) -> int:
        parent = self.parent
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    def join(self, i: int, j: int) -> None:
        self.parent[self.root(j)] = self.root(i)

    def numbers(self) -> npt.NDArray[np.int64]:
        """Return the number of each one's set, 0, 1, ... in order of appearance."""
        roots = np.array([self.root(i) for i in range(len(self.parent))], dtype=np.int64)
        _, first, inverse = np.unique(roots, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[inverse]


def _times_ns(rows: Rows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the begin of each record, ns, and where it is known."""
    known = ~np.isnat(rows["start_ns"])
    return np.where(known, rows["start_ns"].astype(np.int64), 0), known


def _overlaps(rows: Rows) -> list[tuple[int, int]]:
    """Return pairs of records that hold the same stretch of the same station."""
    begin, known = _times_ns(rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        length = np.nan_to_num(rows["samples"] / rows["rate_hz"] * 1e9)
    end = begin + length.astype(np.int64)
    stations = np.unique(rows["station_id"], return_inverse=True)[1]
    order = np.lexsort((begin, stations))
    pairs, latest = [], -1
    for i in order[known[order]].tolist():
        if latest >= 0 and stations[latest] == stations[i]:
            if begin[i] < end[latest]:
                pairs.append((latest, i))
            latest = i if end[i] > end[latest] else latest
        else:
            latest = i
    return pairs


def event_groups(rows: Rows, within_s: float = WITHIN_S) -> npt.NDArray[np.int64]:
    """Say which records must stay on one side of a split.

    Parameters
    ----------
    rows : dict of ndarray
    within_s : float
        A record whose event has no name belongs to the arrivals nearer in time than this.

    Returns
    -------
    ndarray of int64, shape (n,)
        Number of the group.

    Raises
    ------
    CatalogueError
        If a labelled record has neither an event nor a time.

    Notes
    -----
    Linked are: records of one ``event_id``; records that overlap in time at one station; labelled
    records without event and whatever arrived within ``within_s``; and records without any label of
    one station on one day (noise cut from one stretch is alike). Links add up.
    """
    count = len(rows["name"])
    links = _Links(count)
    first: dict[object, int] = {}
    begin, known = _times_ns(rows)
    onset = np.fmin(rows["p_sample"], rows["s_sample"])
    labelled, named = ~np.isnan(onset), rows["event_id"] != ""
    lost = np.flatnonzero(labelled & ~named & ~known)
    if len(lost):
        raise CatalogueError(
            f"{len(lost)} labelled records have neither event nor time, such as {rows['name'][lost[0]]}; "
            "they cannot be split by event"
        )
    days, stations = (begin // DAY_NS).tolist(), rows["station_id"].tolist()
    for i, event in enumerate(rows["event_id"].tolist()):
        if event:
            links.join(first.setdefault(event, i), i)
        elif not labelled[i]:
            links.join(first.setdefault((stations[i], days[i]), i), i)
    for i, j in _overlaps(rows):
        links.join(i, j)
    if (labelled & ~named).any():
        with np.errstate(invalid="ignore"):
            arrival = begin + np.nan_to_num(onset / rows["rate_hz"] * 1e9).astype(np.int64)
        some = np.flatnonzero(labelled & known)
        order = some[np.argsort(arrival[some], kind="stable")]
        at, within = arrival[order], round(within_s * 1e9)
        nameless = at[~named[order]]
        # all from the first to the last arrival near a nameless one are joined, neighbour to neighbour
        depth = np.zeros(len(at) + 1, dtype=np.int64)
        np.add.at(depth, np.searchsorted(at, nameless - within), 1)
        np.add.at(depth, np.searchsorted(at, nameless + within, side="right") - 1, -1)
        for k in np.flatnonzero(np.cumsum(depth)[:-1] > 0).tolist():
            links.join(int(order[k]), int(order[k + 1]))
    return links.numbers()


def split_dataset(data: Dataset, shares: dict[str, float], by: str = "event", seed: int = 0) -> Dataset:
    """Divide a dataset such that no event, and no stretch of a station, is in two parts.

    Parameters
    ----------
    data : Dataset
    shares : dict
        Part -> share of the records, summing to 1.
    by : str
        ``event``: groups of :func:`event_groups` are drawn at random, those with and those without
        labels apart, so that every part has its share of noise. ``time``: the parts follow each
        other in time, groups kept whole.
    seed : int
        Of the drawing.

    Returns
    -------
    Dataset
        With the column ``split``; checked by :func:`check_parts`.

    Raises
    ------
    ConfigError
        If the way is unknown or the shares do not sum to 1.
    CatalogueError
        If a part would be empty, or records have no event or time.
    """
    if by not in WAYS:
        raise ConfigError(f"unknown way to split {by!r}; {nearest(by, WAYS)}")
    if abs(sum(shares.values()) - 1) > 1e-6 or min(shares.values()) < 0:
        raise ConfigError(f"shares {shares} sum to {sum(shares.values()):g}, expected 1")
    groups = event_groups(data.rows)
    side = np.full(groups.max(initial=-1) + 1, -1)
    sizes = np.bincount(groups, minlength=len(side))
    for order in _orders(data.rows, groups, by, seed):
        middle = np.cumsum(sizes[order]) - sizes[order] / 2
        edges = np.cumsum(list(shares.values()))[:-1] * sizes[order].sum()
        side[order] = np.searchsorted(edges, middle, side="right")
    out = data.assign(
        split=np.array(list(shares))[side[groups]] if len(data) else np.array([], dtype=np.str_)
    )
    for part, share in shares.items():
        if share > 0 and not (out.rows["split"] == part).any():
            raise CatalogueError(f"part {part!r} is empty: {len(side)} groups of events for shares {shares}")
    check_parts(out)
    return out


def _orders(rows: Rows, groups: npt.NDArray[np.int64], by: str, seed: int) -> list[npt.NDArray[np.int64]]:
    """Return the groups in the order in which parts are filled."""
    if by == "time":
        begin, known = _times_ns(rows)
        if not known.all():
            name = rows["name"][int(np.argmin(known))]
            raise CatalogueError(f"{(~known).sum()} records have no time, such as {name}; split by event")
        first = np.full(groups.max(initial=-1) + 1, np.iinfo(np.int64).max)
        np.minimum.at(first, groups, begin)
        return [np.argsort(first, kind="stable")]
    shaken = np.random.default_rng(seed).permutation(groups.max(initial=-1) + 1)
    quiet = np.ones(len(shaken), dtype=bool)
    quiet[groups[~np.isnan(np.fmin(rows["p_sample"], rows["s_sample"]))]] = False
    return [shaken[~quiet[shaken]], shaken[quiet[shaken]]]


def check_parts(data: Dataset) -> None:
    """Fail loudly when an event, a record or a stretch of a station is in two parts.

    Parameters
    ----------
    data : Dataset
        Records whose ``split`` is empty are not looked at.

    Raises
    ------
    CatalogueError
        Naming what leaks and both parts.
    """
    rows = data.select(data.rows["split"] != "").rows
    split = rows["split"].tolist()
    seen: dict[str, str] = {}
    keys = zip(rows["event_id"].tolist(), rows["dataset"].tolist(), rows["name"].tolist(), split, strict=True)
    for event, dataset, name, part in keys:
        for what in (f"event {event}" if event else "", f"record {dataset}/{name}"):
            if what and seen.setdefault(what, part) != part:
                raise CatalogueError(f"{what} is in both {seen[what]!r} and {part!r}; onsets data split")
    for i, j in _overlaps(rows):
        if split[i] != split[j]:
            raise CatalogueError(
                f"{rows['station_id'][i]}: {rows['name'][i]} ({split[i]}) and {rows['name'][j]} ({split[j]}) "
                "overlap in time; onsets data split"
            )
