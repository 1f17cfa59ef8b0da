"""A network in half precision, as a GPU computes it: numbers of 16 bits, sums of 32."""

from __future__ import annotations

import copy

from torch import Tensor, nn


class HalfNetwork(nn.Module):
    """A network whose weights and layer outputs are float16.

    On a GPU it is the network in half precision. On a CPU, which has no such unit and takes many times as
    long, each layer computes in float32 from numbers rounded to float16, and its output is rounded again.

    Parameters
    ----------
    network : Module
        Left as it is.
    device : str
    """

    def __init__(self, network: nn.Module, device: str = "cpu") -> None:
        super().__init__()
        self.true = device != "cpu"
        self.network = copy.deepcopy(network).eval().half()
        if not self.true:
            self.network.float()  # values stay those of float16
            for module in self.network.modules():
                if not list(module.children()):
                    module.register_forward_hook(_rounded)

    def forward(self, x: Tensor) -> Tensor:
        """Map float32 windows to float32 logits."""
        logits: Tensor = self.network(x.half() if self.true else x.half().float())
        return logits.float()


def _rounded(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
    return output.half().float()
