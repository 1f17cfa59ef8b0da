"""Datasets: labelled records from files, grouped by event and split without leaks."""

from onsets.datasets.seisbench import read_noise_windows, read_seisbench
from onsets.datasets.split import assign_events, check_leaks, split_by_event

__all__ = ["assign_events", "check_leaks", "read_noise_windows", "read_seisbench", "split_by_event"]
