"""The one place that decides how a convolution keeps its length."""

from __future__ import annotations

__all__ = ["same_padding"]


def same_padding(samples: int, kernel: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Return left and right padding such that the output has ceil(samples / stride) values.

    The odd sample goes to the right, as TensorFlow does.

    Parameters
    ----------
    samples : int
        Input length.
    kernel, stride, dilation : int
        Of the convolution or pooling.

    Examples
    --------
    >>> same_padding(3000, kernel=7, stride=4), same_padding(10, kernel=2)
    ((1, 2), (0, 1))
    """
    total = max(0, (-(-samples // stride) - 1) * stride + (kernel - 1) * dilation + 1 - samples)
    return total // 2, total - total // 2
