import onsets.runtime as room


def test_the_face_is_complete():
    assert set(room.__all__) == {
        "FakeRunner",
        "OnnxRunner",
        "Runner",
        "TorchRunner",
        "cores",
        "read_onnx_spec",
    }
    assert all(hasattr(room, name) for name in room.__all__)
