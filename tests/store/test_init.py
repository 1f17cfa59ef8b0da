"""The face of the room."""

import onsets.store


def test_public_names():
    assert sorted(onsets.store.__all__) == [
        "FORMATS",
        "StoreError",
        "check_target",
        "read_amplitudes",
        "read_assignments",
        "read_associator_events",
        "read_associator_picks",
        "read_catalogue",
        "read_database",
        "read_detections",
        "read_events",
        "read_picks",
        "read_real_events",
        "read_real_picks",
        "sweep",
        "write_amplitudes",
        "write_assignments",
        "write_associator_picks",
        "write_detections",
        "write_events",
        "write_ledger",
        "write_picks",
        "write_quakeml",
        "write_real_events",
        "write_real_picks",
        "write_text",
    ]
    assert all(hasattr(onsets.store, name) for name in onsets.store.__all__)
