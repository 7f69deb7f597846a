"""Mappings that nobody changes, and that are dicts to everybody else."""

import copy
import json
import pickle
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest

from tresen.domain.shared.fixed import Fixed, fixed

CHANGES: dict[str, Callable[[Any], object]] = {
    "set": lambda it: it.__setitem__("a", 2),
    "delete": lambda it: it.__delitem__("a"),
    "unite": lambda it: it.__ior__({"b": 2}),
    "clear": lambda it: it.clear(),
    "pop": lambda it: it.pop("a"),
    "pop an item": lambda it: it.popitem(),
    "set what is missing": lambda it: it.setdefault("b", 2),
    "update": lambda it: it.update(b=2),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_refuses_to_be_changed(change: str) -> None:
    it = fixed({"a": 1})
    with pytest.raises(TypeError, match="fixed"):
        CHANGES[change](it)
    assert it == {"a": 1}


@pytest.mark.parametrize("given", [{"a": 1}, MappingProxyType({"a": 1}), Fixed({"a": 1})])
def test_whoever_reads_a_dict_reads_it(given: Any) -> None:
    it = fixed(given)
    assert (json.dumps(it), repr(it), {**it, "b": 2}) == ('{"a": 1}', "{'a': 1}", {"a": 1, "b": 2})
    assert fixed(it) is it


def test_what_it_was_made_of_may_change_afterwards() -> None:
    given = {"a": 1}
    it = fixed(given)
    given["a"] = 2
    assert it == {"a": 1}


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])  # noqa: S301 - our own bytes
def test_a_copy_is_fixed_too(again: Callable[[Any], object]) -> None:
    it = fixed({"a": ("x",)})
    assert again(it) == it
    assert type(again(it)) is Fixed
