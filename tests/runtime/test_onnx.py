import dataclasses

import numpy as np
import pytest

from onsets.errors import SpecError
from onsets.runtime import OnnxRunner, TorchRunner, read_onnx_spec

onnx = pytest.importorskip("onnx")


def rewritten(path, target, change):
    """Write a copy of a model after a change."""
    model = onnx.load(str(path))
    change(model)
    target.write_bytes(model.SerializeToString())
    return target


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_it_says_what_torch_says(small, small_onnx, batch):
    x = np.random.default_rng(batch).normal(size=(batch, 3, 512)).astype(np.float32)
    expected = TorchRunner(small[0]).run(x)
    got = OnnxRunner(small_onnx, threads=1).run(x)
    assert [out.shape for out in got] == [(batch, 3, 64), (batch, 1, 64)]
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)


def test_it_runs_from_a_path_a_name_or_bytes(small_onnx):
    x = np.random.default_rng(0).normal(size=(1, 3, 512)).astype(np.float32)
    outs = [
        OnnxRunner(model, threads=1).run(x)[0]
        for model in (small_onnx, str(small_onnx), small_onnx.read_bytes())
    ]
    np.testing.assert_array_equal(outs[0], outs[1])
    np.testing.assert_array_equal(outs[0], outs[2])


def test_any_array_of_numbers_will_do(small_onnx):
    runner, x = OnnxRunner(small_onnx), np.random.default_rng(0).normal(size=(2, 512, 3))
    np.testing.assert_array_equal(
        runner.run(x.transpose(0, 2, 1))[0],
        runner.run(np.ascontiguousarray(x.transpose(0, 2, 1), dtype=np.float32))[0],
    )


def test_the_spec_travels_along(small, small_onnx):
    assert OnnxRunner(small_onnx).spec == small[1]
    assert read_onnx_spec(small_onnx) == small[1]


def test_a_model_without_a_spec(small_onnx, tmp_path):
    bare = rewritten(small_onnx, tmp_path / "bare.onnx", lambda model: model.ClearField("metadata_props"))
    assert OnnxRunner(bare).spec is None
    with pytest.raises(SpecError, match=r"bare\.onnx carries no Spec"):
        read_onnx_spec(bare)


def test_a_broken_spec_is_named(small_onnx, tmp_path):
    def spoil(model):
        model.metadata_props[0].value = '{"nmae": 1}'

    with pytest.raises(SpecError, match="did you mean 'name'"):
        read_onnx_spec(rewritten(small_onnx, tmp_path / "x.onnx", spoil))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SpecError, match=r"cannot read .*none\.onnx: No such file"):
        OnnxRunner(tmp_path / "none.onnx")
    with pytest.raises(SpecError, match="cannot read"):
        OnnxRunner(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a model at all", b"\x00" * 64, b"\x08\x0d\x14ORTM" * 9, b"\x80" * 32],
    ids=["empty", "text", "zeros", "another format", "one number"],
)
def test_what_is_no_model_is_refused(content, tmp_path):
    file = tmp_path / "x.onnx"
    file.write_bytes(content)
    with pytest.raises(SpecError, match=r"x\.onnx is no ONNX model that can be run"):
        OnnxRunner(file)


def test_a_cut_model_is_refused(small_onnx):
    whole = small_onnx.read_bytes()
    for share in (0.1, 0.5, 0.999):
        with pytest.raises(SpecError, match="is no ONNX model"):
            OnnxRunner(whole[: int(share * len(whole))])


def test_weights_in_other_files_are_refused_wherever_we_stand(small_onnx, tmp_path, monkeypatch):
    model = onnx.load(str(small_onnx))
    outside = tmp_path / "outside.onnx"
    onnx.save(model, str(outside), save_as_external_data=True, location="weights.bin", size_threshold=0)
    assert (tmp_path / "weights.bin").is_file()
    monkeypatch.chdir(tmp_path)  # where ONNX Runtime would find them
    for given in (outside, "outside.onnx", outside.read_bytes()):
        with pytest.raises(SpecError, match="keeps weights in other files"):
            OnnxRunner(given)


def test_windows_of_a_wrong_shape_are_named(small_onnx):
    with pytest.raises(SpecError, match=r"fails on windows \(2, 4, 512\)"):
        OnnxRunner(small_onnx).run(np.zeros((2, 4, 512), np.float32))


def test_a_model_with_two_inputs_is_refused(tmp_path):
    h, t = onnx.helper, onnx.TensorProto
    graph = h.make_graph(
        [h.make_node("Add", ["a", "b"], ["y"])],
        "two",
        [h.make_tensor_value_info(name, t.FLOAT, [1]) for name in "ab"],
        [h.make_tensor_value_info("y", t.FLOAT, [1])],
    )
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)
    with pytest.raises(SpecError, match="has 2 inputs, expected one"):
        OnnxRunner(model.SerializeToString())


def test_the_number_of_threads_does_not_change_the_answer(small_onnx):
    x = np.random.default_rng(1).normal(size=(4, 3, 512)).astype(np.float32)
    one, two = (OnnxRunner(small_onnx, threads=n).run(x) for n in (1, 2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_the_spec_of_another_width_is_still_read(small, small_onnx, tmp_path):
    other = dataclasses.replace(small[1], name="renamed")

    def rename(model):
        model.metadata_props[0].value = other.to_json()

    assert read_onnx_spec(rewritten(small_onnx, tmp_path / "r.onnx", rename)).name == "renamed"
