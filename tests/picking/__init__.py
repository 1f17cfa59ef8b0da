"""Tests of the room picking."""
