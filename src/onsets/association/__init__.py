"""Picks to events."""
