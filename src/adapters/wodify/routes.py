"""Wodify's routes in one table, each with how well it is known. Edit here what a live account disproves."""

import enum

import attrs


class Evidence(enum.Enum):
    """Where knowledge of a route comes from, best first."""

    OBSERVED = "A"  # seen against the live interface by third parties
    TYPED = "B"  # in a typed community client that was written from the documentation
    CATALOGUED = "C"  # named in a third party's list of operations
    GUESSED = "D"  # by analogy with its neighbours

    @property
    def is_proof(self) -> bool:
        """Whether it is good enough to write by."""
        return self in {Evidence.OBSERVED, Evidence.TYPED}


@attrs.frozen
class Route:
    """``operation`` names it in logs and metrics; ``{id}`` in ``path`` stands for a record's id."""

    operation: str
    method: str
    path: str
    evidence: Evidence


def _route(operation: str, call: str, evidence: Evidence) -> Route:
    method, path = call.split(" ")
    return Route(operation, method, path, evidence)


A, B, C, D = Evidence

LIST_LOCATIONS = _route("locations.list", "GET /customers/locations", A)

LIST_CLIENTS = _route("clients.list", "GET /clients", A)
SEARCH_CLIENTS = _route("clients.search", "GET /clients/search", B)
GET_CLIENT = _route("clients.get", "GET /clients/{id}", B)
CREATE_CLIENT = _route("clients.create", "POST /clients", B)
UPDATE_CLIENT = _route("clients.update", "PUT /clients/{id}", B)

LIST_LEADS = _route("leads.list", "GET /leads", B)
SEARCH_LEADS = _route("leads.search", "GET /leads/search", B)
GET_LEAD = _route("leads.get", "GET /leads/{id}", B)
CREATE_LEAD = _route("leads.create", "POST /leads", A)
UPDATE_LEAD = _route("leads.update", "PUT /leads/{id}", B)
LEAD_STATUSES = _route("leads.statuses", "GET /leads/statuses", B)
# Sources disagree about the last word, and about whether a body is sent. The first that exists is taken.
CONVERT_LEAD = (
    _route("leads.convert", "POST /leads/{id}/convert", B),
    _route("leads.convert", "POST /leads/{id}/convert-to-client", C),
)

LIST_MEMBERSHIPS = _route("memberships.list", "GET /memberships", A)
GET_MEMBERSHIP = _route("memberships.get", "GET /memberships/{id}", C)
CREATE_MEMBERSHIP = _route("memberships.create", "POST /memberships", C)
UPDATE_MEMBERSHIP = _route("memberships.update", "PUT /memberships/{id}", C)
END_MEMBERSHIP = _route("memberships.deactivate", "PUT /memberships/{id}/deactivate", C)
LIST_TEMPLATES = (
    _route("templates.list", "GET /memberships/templates", D),
    _route("templates.list", "GET /membership-templates", D),
)


def moved(routes: tuple[Route, ...], path: str | None) -> tuple[Route, ...]:
    """The routes to try: ``path``, where an account's settings name one, instead of the table's."""
    if path is None:
        return routes
    return (attrs.evolve(routes[0], path=path),)
