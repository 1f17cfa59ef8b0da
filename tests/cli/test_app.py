"""The command itself: help, version, errors."""

from __future__ import annotations

from .conftest import Run

COMMANDS = (
    *("demo", "pick", "run", "associate", "locate", "relocate", "magnitude", "models", "plot", "train"),
    *("evaluate", "benchmark", "export", "verify"),
)
GROUPS = ("weights", "data", "synth", "catalogue")


def listed(text: str) -> list[str]:
    """Return the lines of a help's commands."""
    return text.partition("Commands:\n")[2].splitlines()


def test_help_lists_the_commands_each_in_a_whole_sentence(run: Run) -> None:
    done = run("--help")
    assert done.returncode == 0 and "Start with: onsets demo" in done.stdout
    assert [line.split()[0] for line in listed(done.stdout)] == [*COMMANDS, *GROUPS]
    for text in (done.stdout, *(run(name, "--help").stdout for name in GROUPS)):
        assert all(line.endswith(".") and not line.endswith("...") for line in listed(text)), text


def test_every_help_shows_an_example(run: Run) -> None:
    for name in ("demo", "pick", "models", "plot", *GROUPS):
        assert f"Example: onsets {name}" in run(name, "-h").stdout


def test_version(run: Run) -> None:
    assert run("--version").stdout.startswith("onsets 0.")


def test_an_unknown_command_is_wrong_usage(run: Run) -> None:
    done = run("pikc")
    assert done.returncode == 2 and "pick" in done.stderr
