"""The golden test passes here, and fails when the picker is another."""

from __future__ import annotations

import subprocess

import numpy as np

from onsets.deploy.c.build import FLAGS, compile_c
from onsets.deploy.c.emit import write_c
from onsets.deploy.c.golden import golden_record, saw_tooth, write_golden
from onsets.deploy.onnxfile import read_model, write_onnx


def run(folder):
    command = ["gcc", *FLAGS, "-fsanitize=address,undefined", "t.c", "t_golden.c", "-o", "golden", "-lm"]
    subprocess.run(command, cwd=folder, check=True)
    return subprocess.run(["./golden"], cwd=folder, capture_output=True, text=True, check=False)


def test_pass_and_fail(small, tmp_path):
    own = write_onnx(*small, tmp_path / "x.onnx")
    source = write_c(read_model(tmp_path / "x.onnx"), own, "t")
    program = compile_c(source, tmp_path)
    write_golden(source, program, own, tmp_path)
    done = run(tmp_path)
    assert done.returncode == 0 and done.stdout.endswith("PASS\n"), done.stdout
    text = (tmp_path / "t.c").read_text()
    at = text.index("static const float b0[")
    (tmp_path / "t.c").write_text(text[:at] + text[at:].replace("{", "{ 1.0f + ", 1))
    done = run(tmp_path)
    assert done.returncode == 1 and "FAIL" in done.stdout


def test_record_and_window_have_the_shape_of_the_spec(small):
    spec = small[1]
    assert golden_record(spec).shape == (3, spec.samples + 2 * spec.hop_samples)
    assert saw_tooth(spec).shape == (1, 3, spec.samples) and np.abs(saw_tooth(spec)).max() == 2
