"""``python -m onsets`` is the command ``onsets``."""

from onsets.cli import main

if __name__ == "__main__":
    main()
