"""The recipes that are programs."""
