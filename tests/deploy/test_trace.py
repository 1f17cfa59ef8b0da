"""What a network does to its tensors is seen call by call."""

from __future__ import annotations

from onsets.deploy._trace import consumers, trace


def test_calls_are_chained_by_tensors(small):
    calls = trace(*small)
    convs = [call for call in calls if call.name == "conv1d"]
    assert len(convs) == 35
    assert convs[0].module == "units.0.widen.0" and convs[1].groups == 6
    wrote = {number: call for call in calls for number in call.outputs}
    norm = next(call for call in calls if call.name == "batch_norm")
    assert wrote[norm.inputs[0]] is convs[0]
    assert consumers(calls)[convs[0].outputs[0]] == [norm]
    assert calls[-1].name == "output" and len(calls[-1].inputs) == 2
