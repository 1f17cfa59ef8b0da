"""The face of the room."""

import onsets.store


def test_public_names():
    assert sorted(onsets.store.__all__) == [
        "FORMATS",
        "StoreError",
        "check_target",
        "read_assignments",
        "read_catalogue",
        "read_database",
        "read_detections",
        "read_events",
        "read_picks",
        "write_assignments",
        "write_detections",
        "write_events",
        "write_ledger",
        "write_picks",
        "write_quakeml",
        "write_text",
    ]
    assert all(hasattr(onsets.store, name) for name in onsets.store.__all__)
