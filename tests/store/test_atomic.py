"""Whole or not at all."""

import errno
import os

import pytest

from onsets.errors import OnsetsError
from onsets.store.atomic import StoreError, replacing, sweep


def test_takes_the_place_of_the_old_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    with replacing(path) as handle:
        handle.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), RuntimeError("other")])
def test_an_error_leaves_the_old_file_and_no_draft(tmp_path, error):
    path = tmp_path / "a.csv"
    path.write_text("old")
    expected = StoreError if isinstance(error, OSError) else RuntimeError

    def fail_halfway():
        with replacing(path) as handle:
            handle.write(b"half")
            raise error

    with pytest.raises(expected) as caught:
        fail_halfway()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.csv"]
    if expected is StoreError:
        assert str(path) in str(caught.value)
        assert "No space left on device" in str(caught.value)


def test_store_error_is_one_of_ours_and_an_os_error(tmp_path):
    with pytest.raises(OnsetsError, match="No such file or directory"), replacing(tmp_path / "no" / "a.csv"):
        pass
    assert issubclass(StoreError, OSError)


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    link = tmp_path / "link.csv"
    link.symlink_to("real.csv")
    with replacing(link) as handle:
        handle.write(b"new")
    assert link.is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


def test_permissions_follow_the_umask(tmp_path):
    old = os.umask(0o027)
    try:
        with replacing(tmp_path / "a.csv"):
            pass
    finally:
        os.umask(old)
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o640


def test_drafts_of_a_killed_writer_go_and_no_other_file_does(tmp_path):
    """A draft is known by the name of its file; another file's draft may still be written to."""
    drafts = {}
    for name in ("a.csv", "b.csv"):
        with replacing(tmp_path / name):
            (drafts[name],) = tmp_path.glob(".onsets-*.tmp")
    for draft in drafts.values():
        draft.write_bytes(b"half")  # as a kill leaves it
    (tmp_path / ".onsets-mine.tmp").write_bytes(b"")
    assert sweep(tmp_path / "a.csv") == [drafts["a.csv"]]
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"a.csv", "b.csv", drafts["b.csv"].name, ".onsets-mine.tmp"}
    assert sweep(tmp_path / "a.csv") == [] == sweep(tmp_path / "nowhere" / "a.csv")
