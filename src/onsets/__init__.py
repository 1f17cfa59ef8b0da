"""Light seismic phase picking: P and S onsets from continuous records, on small machines."""
