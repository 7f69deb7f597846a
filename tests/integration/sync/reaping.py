"""An installation whose process is killed at a step: a commit of the store or a call of a provider, before or after.

Wrapped from outside: nothing in the product knows of it.
"""

import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import attrs
from dependency_injector import providers

from tresen.adapters.http.chain import CallChains
from tresen.adapters.http.messages import HttpRequest, HttpResponse, Transport
from tresen.adapters.system import SystemDice
from tresen.application.log_context import current
from tresen.application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from tresen.bootstrap.container import Container
from tresen.domain.shared.ids import TenantId

from .two_sides import Adjust, at_hour


@attrs.define
class Reaper:
    """Kills this process at a step, such as ``after leads.update 2``: after the second of them. Says which it was."""

    _says: int
    steps: list[str] = attrs.field(factory=list, init=False)
    _at: str | None = attrs.field(default=None, init=False)
    _counts: Counter[str] = attrs.field(factory=Counter, init=False)

    def arm(self, at: str | None) -> None:
        """Steps count from here."""
        self._at = at
        self.steps.clear()
        self._counts.clear()

    def step(self, name: str) -> None:
        """One more."""
        self._counts[name] += 1
        self.steps.append(f"{name} {self._counts[name]}")
        if self.steps[-1] == self._at:
            os.write(self._says, json.dumps({"killed_at": self._at}).encode() + b"\n")
            os.kill(os.getpid(), signal.SIGKILL)


@attrs.frozen
class MortalUnits(UnitsOfWork):
    """Each commit is a step."""

    _inner: UnitsOfWork
    _reaper: Reaper

    def open(self, tenant_id: TenantId, *, read_only: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        """As the inner ones do."""
        return self._inner.open(tenant_id, read_only=True) if read_only else self._open(tenant_id)

    @asynccontextmanager
    async def _open(self, tenant_id: TenantId) -> AsyncIterator[UnitOfWork]:
        async with self._inner.open(tenant_id) as uow:
            commit, name = uow.commit, current().get("transaction", "")

            async def watched() -> None:
                self._reaper.step(f"before committing {name}")
                await commit()
                self._reaper.step(f"after committing {name}")

            uow.commit = watched  # type: ignore[method-assign] # of this one
            yield uow


@attrs.frozen
class MortalTransport(Transport):
    """Each call is a step."""

    _inner: Transport
    _reaper: Reaper

    async def send(self, request: HttpRequest) -> HttpResponse:
        """As the inner one does."""
        self._reaper.step(f"before {request.operation}")
        answer = await self._inner.send(request)
        self._reaper.step(f"after {request.operation}")
        return answer


@attrs.frozen
class MortalChains(CallChains):
    """Chains whose calls are steps."""

    reaper: Reaper = attrs.field(kw_only=True)

    @asynccontextmanager
    async def _open(self, *arguments: Any, **named: Any) -> AsyncIterator[Transport]:
        async with CallChains._open(self, *arguments) as chain:
            yield MortalTransport(chain, self.reaper)


def mortal(hour: int, reaper: Reaper) -> Adjust:
    """An installation at that hour whose steps are counted."""

    def adjust(container: Container) -> None:
        at_hour(hour)(container)
        chains = MortalChains(container.clock(), SystemDice(), allow_private=True, reaper=reaper)
        container.chains.override(providers.Object(chains))
        container.units.override(providers.Object(MortalUnits(container.units(), reaper)))

    return adjust
