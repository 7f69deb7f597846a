"""UNSET is not None."""

import copy
import pickle

from tresen.domain.shared.unset import UNSET, Unset


def test_unset_is_one_thing_however_it_travels() -> None:
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET  # noqa: S301 - our own bytes
    assert copy.deepcopy(UNSET) is UNSET
    assert list(Unset) == [UNSET]


def test_unset_is_neither_none_nor_empty_nor_true() -> None:
    assert UNSET is not None
    others: tuple[object, ...] = (None, "", 0, False)
    assert UNSET not in others
    assert not UNSET


def test_unset_shows_its_name() -> None:
    assert repr(UNSET) == "UNSET"
