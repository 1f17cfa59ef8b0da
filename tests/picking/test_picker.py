import dataclasses

import pytest

from onsets.picking import ClassicalPicker, NetworkPicker, Picked, Picker
from onsets.picking.picker import Picker as Protocol


def test_what_a_picker_gives_is_frozen():
    assert Picked.__dataclass_params__.frozen
    assert [field.name for field in dataclasses.fields(Picked)] == ["picks", "detections", "curve"]


@pytest.mark.parametrize("kind", [ClassicalPicker, NetworkPicker])
def test_every_picker_has_what_the_protocol_names(kind):
    assert Picker is Protocol
    wanted = {"name", "thresholds", "apply", "pick"}
    assert wanted <= {name for name in dir(Protocol) if not name.startswith("_")}
    assert all(hasattr(kind, name) for name in wanted)
