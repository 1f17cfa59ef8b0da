"""The paper's figures, from what the networks said of the test records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from judging import half_picker
from plan import HALF, LEVELS, RATE_HZ, SAMPLES, SHOWN, TOLERANCE_S, Folders

from onsets.datasets import Dataset, open_dataset
from onsets.evaluation import PHASES, record_of
from onsets.picking import load
from onsets.plots import Example, Line, figure_boxes, figure_examples, figure_roc, save_figure

NEAR_KM, FAR_KM = (40.0, 100.0), (400.0, 470.0)


def draw_pictures(results: Mapping, folders: Folders, target: Path, device: str) -> dict[str, str]:
    """Write all pictures and return what each shows, by file name."""
    target.mkdir(parents=True, exist_ok=True)
    low, high = LEVELS
    made = {
        "figure-4.png": (_training(folders), "A training record with its target and weight"),
        "figure-5.png": (figure_roc([_row(results, "test", "")]), "ROC of P and S, 1,500 records (figure 5)"),
        "figure-6.png": (_boxes(results), "Errors of right picks: quartiles, median, mean (figure 6)"),
        "figure-7.png": (_examples(folders, device), "A near and a far record in noise (figure 7)"),
        "figure-8.png": (
            figure_roc([_row(results, f"noise-{level}", f", noise {level}") for level in LEVELS]),
            f"ROC at a noise of {low} and {high} of the variance, 750 records each (figure 8)",
        ),
    }
    for name, (figure, _) in made.items():
        save_figure(figure, target / name)
    return {name: words for name, (_, words) in made.items()}


def _row(results: Mapping, kind: str, words: str) -> dict[str, list[Line]]:
    return {
        f"{phase}{words}": [
            Line(shown, own.false_share, own.true_share, own.auc)
            for name, shown in SHOWN.items()
            for own in (results[name][kind, phase],)
        ]
        for phase in PHASES
    }


def _boxes(results: Mapping) -> object:
    residuals = {
        phase: {shown: results[name]["test", phase].residuals_s for name, shown in SHOWN.items()}
        for phase in PHASES
    }
    return figure_boxes(residuals, TOLERANCE_S)


def _first(data: Dataset, low_km: float, high_km: float) -> int:
    distance = data.rows["distance_km"]
    return int(np.flatnonzero((distance >= low_km) & (distance <= high_km))[0])


def _examples(folders: Folders, device: str) -> object:
    """Draw the first near and the first far record of the noise test, chosen by distance alone."""
    pickers = {
        name: half_picker(folders, device) if name == HALF else load(str(folders.model(name)), threads=1)
        for name in SHOWN
    }
    examples = []
    for level, span in ((LEVELS[0], NEAR_KM), (LEVELS[1], FAR_KM)):
        data = open_dataset(folders.data / f"noise-{level}")
        k = _first(data, *span)
        sample = data.read([k])[0]
        curves = {}
        for name, picker in pickers.items():
            curve = picker.apply(record_of(sample)).curve
            curves[SHOWN[name]] = {phase: curve.row(phase).astype(np.float64) for phase in PHASES}
        where = f"{data.rows['distance_km'][k]:.0f} km, Mw {data.rows['magnitude'][k]:.1f}, noise {level}"
        arrivals = {phase: at / sample.rate_hz for phase, at in sample.arrivals.items()}
        examples.append(Example(where, RATE_HZ, sample.data[0].astype(np.float64), arrivals, curves))
    return figure_examples(examples)


def _training(folders: Folders) -> object:
    import torch

    from onsets import networks
    from onsets.labels import Labels, make_targets

    data = open_dataset(folders.data / "synthetics")
    spec = networks.spec("cnn3")
    labels = Labels(shape="box", half_width_samples=2, weighting="yu")
    examples = []
    for span in (NEAR_KM, FAR_KM):
        k = _first(data, *span)
        sample = data.read([k])[0]
        targets = make_targets(torch.from_numpy(data.arrivals[k])[None, None], spec, labels)
        rows = {
            row: targets.curves[0, n].double().numpy() for n, row in enumerate(spec.outputs) if row != "N"
        }
        weight = targets.weight[0].double().numpy() / labels.onset_weight
        arrivals = {phase: at / sample.rate_hz for phase, at in sample.arrivals.items()}
        wave = sample.data[0, :SAMPLES].astype(np.float64)
        where = f"{data.rows['distance_km'][k]:.0f} km, Mw {data.rows['magnitude'][k]:.1f}"
        examples.append(
            Example(where, RATE_HZ, wave, arrivals, {"target": rows, "weight / 5": {"weight": weight}})
        )
    return figure_examples(examples)
