"""Make the weights of the wheel: records, two rounds of teaching, training, judging, bundling.

    python recipes/weights/make.py SHARED [--out out/weights] [--until data|judged|bundled|page] [--trial]

SHARED holds ``data/labelled``, ``data/continuous`` and ``weights/phasenet``. Every stage leaves files in the
output folder and is not done again when they are there; seeds are fixed. On two cores all of it takes about
fourteen hours, most of it the networks without a region; an accelerator is used when there is one.
``--trial`` goes all the way with few updates and regions, in about an hour: it writes to OUT/trial, bundles
and page too, and shows that the stages fit together, not what they are worth.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).parent
BUNDLED = HERE.parents[1] / "src" / "onsets" / "bundled"
DOCS = HERE.parents[1] / "docs"
LABELLED = (
    "ncedc_phasenet",
    "ncedc_phasenet_testdata",
    "ncedc_deepdenoiser_P_only",
    "nz_dfdp_eqcorrscan",
    "nordic_tphasenet_regional_40hz",
    "noise_windows.csv",
)
CONTINUOUS = (
    "iquique_deepphasepick",
    "pr_saipy_network",
    "turkey_saipy",
    "hualien_redpan",
    "salton_phasenet_3min",
    "hengill_malmi_200hz",
    "iceland_vt_quakemigrate/events/*.mseed",
)
OURS = ("default", "tiny")
"""What is bundled for use."""
PLACES = {"ncedc": "NCEDC", "nz": "NZ", "north": "Nordic and Iceland", "iquique": "Iquique"}
"""The regions that are left out in turn, and what cards and page call them."""
COMPARED = ("lppn-mixture", "leqnet-mixture")
"""Other networks of the same mixture, trained without NCEDC only."""
FINISHED = (*OURS, "lppn-mixture")
"""What goes on with a teacher; LEQNet also learns detection, which PhaseNet cannot teach."""
STAGES = ("data", "judged", "bundled", "page")
TRIAL = ("ncedc", "nz")
"""The regions that a trial leaves out."""
TRIAL_UPDATES = 150
"""Of each of its trainings."""


class Make:
    """Commands, each run when what it makes is not there.

    Parameters
    ----------
    shared, out : Path
    trial : bool
        Train hardly at all, and leave the package and its documents alone.
    """

    def __init__(self, shared: Path, out: Path, trial: bool = False) -> None:
        self.shared, self.trial = shared.resolve(), trial
        self.out = (out / "trial" if trial else out).resolve()
        self.regions = TRIAL if trial else tuple(PLACES)
        self.bundled = self.out / "bundled" if trial else BUNDLED
        self.docs = self.out / "docs" if trial else DOCS
        self.first, self.data = self.out / "first", self.out / "data"
        self.teacher = self.out / "teacher.safetensors"

    def run(self, made: Path | None, *words: object) -> None:
        """Run ``python words`` unless the file or folder is there; None runs it always."""
        if made is not None and made.exists():
            return
        command = [sys.executable, *map(str, words)]
        sys.stdout.write(f"{' '.join(command[1:])}\n")
        sys.stdout.flush()
        subprocess.run(command, check=True)

    def links(self, folder: Path) -> None:
        """Put links to the labelled sets into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in LABELLED:
            if not (folder / name).exists():
                (folder / name).symlink_to(self.shared / "data" / "labelled" / name)

    def teach(self, folder: Path, *teachers: Path) -> None:
        """Cut records from continuous data."""
        named = [word for teacher in teachers for word in ("--teacher", teacher)]
        sources = [self.shared / "data" / "continuous" / name for name in CONTINUOUS]
        self.run(folder / "taught", HERE / "teach.py", *named, folder / "taught", *sources)
        self.run(folder / "heard", HERE / "hear.py", self.teacher, folder / "heard", *sources)
        self.run(folder / "parts" / "all.csv", HERE / "parts.py", folder)

    def train(self, name: str, recipe: str, parts: str, root: Path) -> Path:
        """Train; return the weights."""
        weights = self.out / name / f"{recipe}.safetensors"
        settings = {"data.parts": f"parts/{parts}.csv", "data.root": root, "output": self.out / name}
        settings |= {"run.epochs": 1, "run.epoch_steps": TRIAL_UPDATES} if self.trial else {}
        words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        resume = ["--resume"] if (self.out / name / "checkpoint.safetensors").exists() else []
        self.run(weights, "-m", "onsets", "train", HERE / f"{recipe}.toml", *words, *resume)
        return weights

    def finished(self, name: str, recipe: str, parts: str) -> Path:
        """Train; go on twice with the teacher, where it can teach; return the mean of all three weights."""
        if recipe not in FINISHED:
            return self.train(name, recipe, parts, self.data)
        begun = self.train(f"{name}-begun", recipe, parts, self.data)
        folder = self.out / name
        words = (HERE / f"{recipe}.toml", begun, self.teacher, self.data, folder)
        updates = ("--updates", TRIAL_UPDATES) if self.trial else ()
        weights = folder / f"{recipe}-mean.safetensors"
        self.run(weights, HERE / "finish.py", *words, "--parts", f"parts/{parts}.csv", *updates)
        return weights

    def calibrated(self, name: str, recipe: str, parts: str) -> Path:
        """Train and calibrate; return the weights.

        Ours are calibrated on what the same recipe picks in regions that it never saw, other than the one
        that PARTS leave out; those that are only compared with, on their own development records.
        """
        words: list[object] = []
        for region in self.regions if recipe in OURS else ():
            other = f"without-{region}"
            if other != parts:
                heard = self.finished(f"{recipe}-{other}", recipe, other)
                words += ["--unseen", heard, f"parts/{other}.csv"]
        weights = self.finished(name, recipe, parts)
        made = weights.with_name(f"{recipe}-calibrated.safetensors")
        words = words or ["--parts", f"parts/{parts}.csv"]
        self.run(made, HERE / "calibrate.py", weights, self.data, made, *words)
        return made

    def make_data(self) -> None:
        """Everything that networks are trained on."""
        published = self.shared / "weights" / "phasenet" / "model_95.ckpt"
        self.out.mkdir(parents=True, exist_ok=True)
        words = ("weights", "import", published, "--from", "phasenet-tf", "-o", self.teacher)
        self.run(self.teacher, "-m", "onsets", *words)
        for folder in (self.first, self.data):
            self.links(folder)
            for kind, name in (("local", "synthetic"), ("regional", "synthetic-regional")):
                self.run(folder / name, HERE / "synthesise.py", folder / name, "--kind", kind)
        self.teach(self.first, self.teacher)
        student = self.train("first-student", "tiny", "without-ncedc", self.first)
        iceland = self.shared / "data" / "continuous" / "iceland_vt_quakemigrate"
        self.run(self.data / "iceland", HERE / "iceland.py", iceland, self.data / "iceland")
        self.teach(self.data, self.teacher, student)

    def make_judged(self) -> None:
        """Train without a region and judge on it."""
        runs = [(name, region) for name in OURS for region in self.regions]
        for recipe, region in (*runs, *((name, "ncedc") for name in COMPARED)):
            parts = f"without-{region}"
            made = self.calibrated(f"{recipe}-{parts}", recipe, parts)
            said = self.judged(recipe, region)
            words = (made, self.data, "--parts", f"parts/{parts}.csv", "--part", "test", "--json", said)
            self.run(said, HERE / "judging.py", *words)

    def judged(self, recipe: str, region: str) -> Path:
        """Return where the judgement of a region lies."""
        return self.out / f"{recipe}-without-{region}" / "judged.json"

    def make_bundled(self) -> None:
        """Train on all and write the bundles."""
        for recipe in OURS:
            made = self.calibrated(recipe, recipe, "all")
            self.bundle(made, recipe, self.regions)
        for recipe in COMPARED:
            made = self.calibrated(f"{recipe}-without-ncedc", recipe, "without-ncedc")
            self.bundle(made, recipe, ("ncedc",))

    def bundle(self, made: Path, recipe: str, regions: Sequence[str]) -> None:
        """Put weights into the package."""
        words = [w for r in regions for w in ("--without", f"{PLACES[r]}={self.judged(recipe, r)}")]
        self.run(None, HERE / "bundle.py", made, made.parent, self.data, self.bundled, *words)

    def make_page(self) -> None:
        """Leave parts of the mixture out; draw and write the page."""
        short = ("--steps", TRIAL_UPDATES, "--seeds", 1) if self.trial else ()
        words = (self.data, self.out / "ablation", "--teacher", self.teacher, *short)
        self.run(None, HERE / "ablation.py", *words)
        self.run(None, HERE / "page.py", self.out, self.shared, self.bundled, self.docs)


def main() -> None:
    """Run the stages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shared", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out/weights"))
    parser.add_argument("--until", choices=STAGES, default="page")
    parser.add_argument("--trial", action="store_true", help="a few updates and regions, into OUT/trial")
    args = parser.parse_args()
    make = Make(args.shared, args.out, args.trial)
    stages: dict[str, Callable[[], None]] = {name: getattr(make, f"make_{name}") for name in STAGES}
    for name in STAGES[: STAGES.index(args.until) + 1]:
        stages[name]()


if __name__ == "__main__":
    main()
