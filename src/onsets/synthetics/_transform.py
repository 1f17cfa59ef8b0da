"""The Fourier transform of records: SciPy's, which keeps single precision at half the time."""

from __future__ import annotations

from types import ModuleType

from onsets.errors import MissingExtraError

__all__ = ["fourier"]


def fourier() -> ModuleType:
    """Return ``scipy.fft``.

    Raises
    ------
    MissingExtraError
        If SciPy is not installed.
    """
    try:
        from scipy import fft
    except ImportError as error:
        raise MissingExtraError("scipy", "synthetics", "making synthetics") from error
    return fft  # type: ignore[no-any-return]
