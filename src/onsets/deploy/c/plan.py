"""How many columns of each value must be kept: the network's memory, found by running its schedule.

The engine takes one column of the input after another down to every layer that can use it, depth first.
A column is kept until no layer needs it any more. The same is done here with numbers only, so
the rings of the C source are exactly as large as they must be.
"""

from __future__ import annotations

from onsets.deploy.c.layer import Graph, Layer, Value

__all__ = ["readers_of", "ring_columns"]


def _first_and_last(layer: Layer, source: Value, made: Value, t: int) -> tuple[int, int]:
    """Return the first and the last input column that an output column looks at, as the engine does."""
    if layer.kind in ("CONV", "CONV_I8", "POOL"):
        first = t * layer.stride - layer.before
        span = first, first + (layer.kernel - 1) * layer.dilation
    elif layer.kind == "CONV_UP":
        first = t + layer.before - (layer.kernel - 1) * layer.dilation
        span = -(-first // layer.stride), (t + layer.before) // layer.stride
    elif layer.kind == "SLICE":
        span = t + layer.before, t + layer.before
    elif layer.kind == "PAD":
        span = t - layer.before, t - layer.before
    elif layer.kind == "RESIZE":
        up, down = _between(layer.groups, source.length, made.length, t)
        span = up // down, -(-up // down)
    else:
        span = t, t
    return max(0, span[0]), min(source.length - 1, span[1])


def _between(way: int, n: int, m: int, t: int) -> tuple[int, int]:
    """Return where between two input columns an output column lies, as a fraction."""
    if way == 0:
        return t * n, m
    if way == 1:
        return t * (n - 1), max(1, m - 1)
    return max(0, (2 * t + 1) * n - m), 2 * m


def ring_columns(graph: Graph) -> list[int]:
    """Return how many columns of each value are kept.

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    list of int
        By value, at least 1 and at most its length.
    """
    values, layers = graph.values, graph.layers
    made, told, kept = [0] * len(values), 0, [1] * len(values)
    needs: list[dict[int, int]] = [{} for _ in values]  # by reader, the first column it still needs
    for k, layer in enumerate(layers):
        for number in layer.inputs:
            needs[number][k] = _start(layer, number, values, 0)
    for number in graph.outputs:
        needs[number][-1] = 0

    readers = readers_of(graph)
    for _ in range(values[0].length):
        path = [(0, 0)]
        made[0] += 1
        while path:
            number, turn = path.pop()
            if turn == 0 and needs[number]:
                kept[number] = max(kept[number], made[number] - min(needs[number].values()))
            while told < min(made[out] for out in graph.outputs):
                told += 1
                for out in graph.outputs:
                    needs[out][-1] = told
            if turn == len(readers[number]):
                continue
            k = readers[number][turn]
            layer = layers[k]
            if not _ready(layer, values, made):
                path.append((number, turn + 1))
                continue
            made[layer.output] += 1
            for other in layer.inputs:
                needs[other][k] = _start(layer, other, values, made[layer.output])
            path += [(number, turn), (layer.output, 0)]
    return kept


def readers_of(graph: Graph) -> list[list[int]]:
    """Return which layers read each value, in their order."""
    found: list[list[int]] = [[] for _ in graph.values]
    for k, layer in enumerate(graph.layers):
        for number in dict.fromkeys(layer.inputs):
            found[number].append(k)
    return found


def _start(layer: Layer, number: int, values: list[Value], t: int) -> int:
    """Return the first column of an input that a layer needs from its output column t on."""
    made = values[layer.output]
    if t >= made.length:
        return values[number].length
    if number != layer.inputs[0]:
        return t
    first = _first_and_last(layer, values[number], made, t)[0]
    return min(first, t) if number in layer.inputs[1:] else first


def _ready(layer: Layer, values: list[Value], made: list[int]) -> bool:
    source, target = layer.inputs[0], layer.output
    t = made[target]
    if t >= values[target].length:
        return False
    last = _first_and_last(layer, values[source], values[target], t)[1]
    return last < made[source] and all(t < made[other] for other in layer.inputs[1:])
