"""The command line: parse, call one public function, show a table."""

from onsets.cli.app import app, main

__all__ = ["app", "main"]
