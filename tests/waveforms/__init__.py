"""Tests of the room waveforms."""
