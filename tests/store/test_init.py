"""The face of the room."""

import onsets.store


def test_public_names():
    assert sorted(onsets.store.__all__) == [
        "FORMATS",
        "StoreError",
        "check_target",
        "read_picks",
        "write_detections",
        "write_ledger",
        "write_picks",
        "write_quakeml",
    ]
    assert all(hasattr(onsets.store, name) for name in onsets.store.__all__)
