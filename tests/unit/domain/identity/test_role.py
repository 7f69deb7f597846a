"""Roles are sets of scopes; nobody hands out more than they have."""

from itertools import pairwise, product

import pytest

from tresen.domain.identity.role import MAY_GRANT, SCOPES_OF, Role, Scope

LADDER = (Role.VIEWER, Role.ADVISER, Role.ADMIN, Role.OWNER, Role.OPERATOR)
STRICT = {(Role.VIEWER, Role.ADVISER), (Role.ADVISER, Role.ADMIN), (Role.OWNER, Role.OPERATOR)}


def test_every_role_has_its_scopes_and_its_grants() -> None:
    assert set(SCOPES_OF) == set(MAY_GRANT) == set(Role) == set(LADDER)


@pytest.mark.parametrize(("lower", "higher"), list(pairwise(LADDER)))
def test_scopes_grow_up_the_ladder(lower: Role, higher: Role) -> None:
    assert SCOPES_OF[lower] <= SCOPES_OF[higher]
    assert (SCOPES_OF[lower] < SCOPES_OF[higher]) is ((lower, higher) in STRICT)


@pytest.mark.parametrize(("giver", "given"), list(product(Role, Role)))
def test_nobody_grants_more_than_they_have(giver: Role, given: Role) -> None:
    if given in MAY_GRANT[giver]:
        assert SCOPES_OF[given] <= SCOPES_OF[giver]
        assert Scope.USERS_WRITE in SCOPES_OF[giver]


@pytest.mark.parametrize("giver", Role)
def test_no_chain_of_grants_reaches_what_one_grant_cannot(giver: Role) -> None:
    for given in MAY_GRANT[giver]:
        assert MAY_GRANT[given] <= MAY_GRANT[giver]


def test_who_may_not_write_users_grants_nothing() -> None:
    assert {r for r in Role if not MAY_GRANT[r]} == {r for r in Role if Scope.USERS_WRITE not in SCOPES_OF[r]}


def test_an_admin_makes_no_owner_and_only_the_operator_makes_operators() -> None:
    assert Role.OWNER not in MAY_GRANT[Role.ADMIN]
    assert [r for r in Role if Role.OPERATOR in MAY_GRANT[r]] == [Role.OPERATOR]


def test_only_the_operator_serves_the_installation() -> None:
    assert [r for r in Role if Scope.INSTALLATION in SCOPES_OF[r]] == [Role.OPERATOR]


def test_a_viewer_only_reads_and_sees_neither_users_keys_nor_providers() -> None:
    assert {s.value for s in SCOPES_OF[Role.VIEWER]} == {
        "members:read",
        "leads:read",
        "sync:read",
        "tasks:read",
        "stats:read",
    }


def test_an_adviser_works_on_leads_and_tasks_only() -> None:
    assert SCOPES_OF[Role.ADVISER] - SCOPES_OF[Role.VIEWER] == {Scope.LEADS_WRITE, Scope.TASKS_WRITE}
