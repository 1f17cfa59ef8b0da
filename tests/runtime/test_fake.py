import numpy as np

from onsets.runtime import FakeRunner


def test_the_function_sees_the_batch_and_its_answer_is_returned():
    batch = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    (out,) = FakeRunner(lambda x: (x[:, ::-1],)).run(batch)
    np.testing.assert_array_equal(out, batch[:, ::-1])
