import pytest

from onsets import errors
from onsets.errors import MissingExtraError, OnsetsError, nearest


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("WaveformError", ValueError),
        ("SpecError", ValueError),
        ("ConfigError", ValueError),
        ("CatalogueError", ValueError),
        ("ExportError", RuntimeError),
        ("MissingExtraError", ImportError),
    ],
)
def test_every_error_is_ours_and_the_builtin_it_refines(name, builtin):
    error = getattr(errors, name)
    assert issubclass(error, OnsetsError)
    assert issubclass(error, builtin)


def test_the_tree_is_complete():
    found = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, OnsetsError)
    }
    assert found == set(errors.__all__) - {"nearest"}


def test_a_missing_extra_says_what_to_install():
    error = MissingExtraError("h5py", "train", "reading set.hdf5")
    assert (error.package, error.extra) == ("h5py", "train")
    assert str(error) == "reading set.hdf5 needs h5py, which is not installed; pip install 'onsets[train]'"


def test_the_nearest_word_is_named():
    assert nearest("ovelap", ["hop", "overlap", "batch"]) == "did you mean 'overlap'?"


def test_all_words_are_named_when_none_is_near():
    assert nearest("zzz", ("P", "S")) == "choose from P, S"
