"""Datasets: labelled records from files, grouped by event and split without leaks."""

from onsets.datasets.catalogue import open_catalogue
from onsets.datasets.convert import VALUES, write_shards
from onsets.datasets.counts import summary
from onsets.datasets.dataset import COLUMNS, Dataset, fill_columns, join
from onsets.datasets.diting import open_diting
from onsets.datasets.filters import FILTERS, chosen, lppn_region, manual, msnet
from onsets.datasets.layout import open_layout
from onsets.datasets.layout_write import write_seisbench
from onsets.datasets.memory import dataset_of_arrays
from onsets.datasets.noise_windows import read_noise_windows
from onsets.datasets.open import KINDS, kind_of, open_dataset
from onsets.datasets.part_table import read_parts, write_parts
from onsets.datasets.parts import PARTS, SHARES, check_parts, event_groups, shares_of, split_dataset
from onsets.datasets.shards import open_shards, verify_shards, write_split
from onsets.datasets.stead import open_stead

__all__ = [
    "COLUMNS",
    "FILTERS",
    "KINDS",
    "PARTS",
    "SHARES",
    "VALUES",
    "Dataset",
    "check_parts",
    "chosen",
    "dataset_of_arrays",
    "event_groups",
    "fill_columns",
    "join",
    "kind_of",
    "lppn_region",
    "manual",
    "msnet",
    "open_catalogue",
    "open_dataset",
    "open_diting",
    "open_layout",
    "open_shards",
    "open_stead",
    "read_noise_windows",
    "read_parts",
    "shares_of",
    "split_dataset",
    "summary",
    "verify_shards",
    "write_parts",
    "write_seisbench",
    "write_shards",
    "write_split",
]
