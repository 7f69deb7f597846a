"""Roles and scopes: who may do what."""

import enum


class Scope(enum.Enum):
    """One permission. Routes and keys name scopes; roles are sets of them.

    Who may let a sync run (``sync:run``) may not therefore decide for people (``sync:decide``: conflicts, undo,
    overrides, plans that a guard holds), nor change by which laws it merges (``policies:write``).
    """

    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    LEADS_READ = "leads:read"
    LEADS_WRITE = "leads:write"
    SYNC_READ = "sync:read"
    SYNC_RUN = "sync:run"
    SYNC_DECIDE = "sync:decide"
    POLICIES_WRITE = "policies:write"
    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    PROVIDERS_READ = "providers:read"
    PROVIDERS_WRITE = "providers:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    SCHEDULES_READ = "schedules:read"
    SCHEDULES_WRITE = "schedules:write"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    ENDPOINTS_READ = "endpoints:read"
    ENDPOINTS_WRITE = "endpoints:write"
    DELIVERIES_READ = "deliveries:read"
    DELIVERIES_WRITE = "deliveries:write"
    STATS_READ = "stats:read"
    INSTALLATION = "installation"


class Role(enum.Enum):
    """``operator`` serves the whole installation; the others act within one tenant."""

    OPERATOR = "operator"
    OWNER = "owner"
    ADMIN = "admin"
    ADVISER = "adviser"
    VIEWER = "viewer"


_READ = {Scope.MEMBERS_READ, Scope.LEADS_READ, Scope.SYNC_READ, Scope.TASKS_READ, Scope.STATS_READ}
_ADVISE = _READ | {Scope.LEADS_WRITE, Scope.TASKS_WRITE}
# What serves one tenant: all that a key may be given.
TENANT_SCOPES = tuple(scope for scope in Scope if scope is not Scope.INSTALLATION)

SCOPES_OF: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: frozenset(_READ),
    Role.ADVISER: frozenset(_ADVISE),
    Role.ADMIN: frozenset(TENANT_SCOPES),
    Role.OWNER: frozenset(TENANT_SCOPES),
    Role.OPERATOR: frozenset(Scope),
}

# Who may hand out which role: nobody gives more than they have.
MAY_GRANT: dict[Role, frozenset[Role]] = {
    Role.VIEWER: frozenset(),
    Role.ADVISER: frozenset(),
    Role.ADMIN: frozenset({Role.ADMIN, Role.ADVISER, Role.VIEWER}),
    Role.OWNER: frozenset({Role.OWNER, Role.ADMIN, Role.ADVISER, Role.VIEWER}),
    Role.OPERATOR: frozenset(Role),
}
