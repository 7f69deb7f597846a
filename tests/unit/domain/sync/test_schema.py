"""When two values of a field are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.sync.schema import Canonical, Field, Schema, Value, folded, plain

# Close relatives on purpose: case, blanks, emptiness, and True beside 1.
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from(
        (None, "", " ", "a", "A", " a ", "ß", "SS", "1", "True", 0, 1, True, False, (), ("a",), ("a", "b"))
    ),
    st.text(max_size=4),
    st.integers(-1, 2),
)
FORMS = st.sampled_from((plain, folded))


@given(FORMS, VALUES)
def test_a_canonical_form_is_its_own_canonical_form(form: Canonical, value: Value) -> None:
    assert form(form(value)) == form(value)


@given(FORMS, VALUES, VALUES, VALUES)
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


@pytest.mark.parametrize("empty", ["", "  ", "\t\n", ()])
@pytest.mark.parametrize("form", [plain, folded])
def test_empty_means_nothing_was_said(form: Canonical, empty: Value) -> None:
    assert form(empty) is None
    assert Field("x", form).same(empty, None)


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
