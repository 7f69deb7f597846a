"""Whether a schedule's jobs can be done at all (O76)."""

from collections.abc import Collection, Mapping, Sequence

import attrs

from ...domain.shared.errors import InvalidValue
from ...domain.tenancy.provider_account import ProviderAccount
from .seeds import SEEDS

_SUBJECTS = {seed.kind: seed.subject for seed in SEEDS}


@attrs.frozen
class Readiness:
    """``kinds`` of jobs that this installation can do; for some, ``providers``: those of which the tenant must have
    an account."""

    _kinds: Collection[str]
    _providers: Mapping[str, Collection[str]]

    def ensure_known(self, kind: str) -> None:
        """Raises InvalidValue, with the kinds that there are, for one that this installation cannot do."""
        if kind not in self._kinds:
            known = ", ".join(sorted(self._kinds))
            raise InvalidValue(f"there is no kind of job {kind!r} here; known are {known}", field="kind")

    def why_not(self, kind: str, accounts: Sequence[ProviderAccount]) -> str | None:
        """Why jobs of that kind cannot be done for a tenant with these accounts; None: they can."""
        if kind not in self._kinds:
            subject = _SUBJECTS.get(kind)
            return f"no use case for {subject} yet" if subject else f"no use case for {kind!r} in this installation"
        if kind not in self._providers:
            return None
        return _no_account(self._providers[kind], accounts)


def _no_account(providers: Collection[str], accounts: Sequence[ProviderAccount]) -> str | None:
    fitting = [account for account in accounts if account.provider in providers]
    if any(account.may_be_called for account in fitting):
        return None
    if fitting:
        return "; ".join(f"account {a.name!r} at {a.provider} {_state(a)}" for a in fitting)
    return f"no account is connected that this needs (one at {' or '.join(sorted(providers)) or 'no known provider'})"


def _state(account: ProviderAccount) -> str:
    return "has no credentials" if account.credentials is None else f"is {account.credential_state.value}"
