"""The command itself: help, version, errors."""

from __future__ import annotations

from .conftest import Run


def test_help_lists_the_commands(run: Run) -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("demo", "pick", "models", "plot"))


def test_every_help_shows_an_example(run: Run) -> None:
    for name in ("demo", "pick", "models", "plot"):
        assert f"Example: onsets {name}" in run(name, "--help").stdout


def test_version(run: Run) -> None:
    assert run("--version").stdout.startswith("onsets 0.")


def test_an_unknown_command_is_wrong_usage(run: Run) -> None:
    done = run("pikc")
    assert done.returncode == 2 and "pick" in done.stderr
