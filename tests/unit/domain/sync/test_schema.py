"""When two values of a field are the same, and what a schema refuses."""

import pytest
from hypothesis import given

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.schema import Canonical, Field, Schema, Value, folded, plain

from .drawn import FORMS, RELATED, VALUES


@given(FORMS, RELATED, RELATED, RELATED)
def test_sameness_is_an_equivalence(form: Canonical, a: Value, b: Value, c: Value) -> None:
    field = Field("x", form)
    assert field.same(a, a)
    assert field.same(a, b) is field.same(b, a)
    if field.same(a, b) and field.same(b, c):
        assert field.same(a, c)


@given(FORMS, VALUES)
def test_a_value_is_the_same_as_its_canonical_form(form: Canonical, value: Value) -> None:
    assert Field("x", form).same(value, form(value))


@pytest.mark.parametrize(("left", "right"), [(True, 1), (False, 0), (1, "1"), (True, "True"), (0, None), (False, None)])
@pytest.mark.parametrize("form", [plain, folded])
def test_true_is_not_one_and_zero_is_not_nothing(form: Canonical, left: Value, right: Value) -> None:
    assert not Field("x", form).same(left, right)


def test_blanks_around_are_no_change_but_case_is_where_it_matters() -> None:
    assert Field("name").same(" Anna ", "Anna")
    assert not Field("name").same("anna", "Anna")
    assert Field("email", folded).same(" ANNA@Example.com", "anna@example.com")
    assert Field("city", folded).same("Straße", "STRASSE")


def test_a_form_of_ones_own_decides_what_is_the_same() -> None:
    digits = Field("phone", lambda v: "".join(c for c in v if c.isdigit()) if isinstance(v, str) else v)
    assert digits.same("030 / 12 34", "0301234")
    assert not digits.same("030 / 12 34", "0301235")


def test_a_form_that_maps_to_equal_values_of_two_types_does_not_make_them_the_same() -> None:
    assert not Field("flag", lambda v: bool(v) if v == "yes" else v).same("yes", 1)


def test_a_schema_keeps_the_order_of_its_fields() -> None:
    assert Schema("member", (Field("b"), Field("a"))).names == ("b", "a")


def test_a_field_that_is_named_twice_is_refused() -> None:
    with pytest.raises(InvalidValue) as refused:
        Schema("member", (Field("a"), Field("a", folded)))
    assert refused.value.details["field"] == "fields"


@pytest.mark.parametrize("match", [(("b",),), (("a", "b"),), ((),), (("a",), ())])
def test_a_match_key_of_no_or_unknown_fields_is_refused(match: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(InvalidValue) as refused:
        Schema("member", (Field("a"),), match)
    assert refused.value.details["field"] == "match"


def test_canonical_values_are_those_of_the_schema_in_its_order() -> None:
    schema = Schema("member", (Field("b", folded), Field("a"), Field("c")))
    found = schema.canonical({"a": " x", "z": "?", "b": "X"})
    assert list(found.items()) == [("b", "x"), ("a", "x")]


def test_records_are_the_same_where_both_name_a_field() -> None:
    schema = Schema("member", (Field("a"), Field("b")))
    assert schema.same({"a": "x"}, {"a": " x", "b": "y"})
    assert schema.same({"a": "x", "z": "1"}, {"a": "x", "z": "2"})
    assert not schema.same({"a": "x", "b": "z"}, {"a": "x", "b": "y"})
