"""The page of scopes has each of them, and says which role has it."""

from tresen.domain.identity.role import SCOPES_OF, Role, Scope

from .pages import DOCS, rows

PAGE = DOCS / "reference/scopes.md"


def test_every_scope_is_told_with_what_it_permits_and_who_has_it() -> None:
    told = rows(PAGE)
    assert list(told) == [scope.value for scope in Scope]
    for scope in Scope:
        permits, roles = told[scope.value]
        assert permits, scope
        assert set(roles.split(", ")) == {role.value for role in Role if scope in SCOPES_OF[role]}, scope
