"""Something happens in the middle of a run: a source that lets it happen before it tells anything."""

from collections.abc import AsyncIterator, Awaitable, Callable

from tresen.adapters.memory.gym import MemoryGym
from tresen.application.ports.sources import Batch, Observed, Source
from tresen.domain.shared.errors import GatewayError
from tresen.domain.sync.schema import Values

Happen = Callable[[], Awaitable[object]]


class StirredSource(Source):
    """Another source; ``happen`` comes before its first page, ``then`` is raised after its last."""

    def __init__(self, inner: Source, happen: Happen, then: GatewayError | None) -> None:
        self._inner, self._happen, self._then = inner, happen, then
        self.kind, self.writable, self.resolution_s = inner.kind, inner.writable, inner.resolution_s
        self.can_create, self.can_delete, self.tells_changes = inner.can_create, inner.can_delete, inner.tells_changes

    def listing(self) -> AsyncIterator[Batch]:
        return self._stirred(self._inner.listing())

    def changes(self, cursor: str) -> AsyncIterator[Batch]:
        return self._stirred(self._inner.changes(cursor))

    async def _stirred(self, pages: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
        await self._happen()
        async for page in pages:
            yield page
        if self._then is not None:
            raise self._then

    async def get(self, external_id: str) -> Observed | None:
        return await self._inner.get(external_id)

    async def push(self, external_id: str, values: Values) -> Observed:
        return await self._inner.push(external_id, values)

    async def create(self, values: Values) -> Observed:
        return await self._inner.create(values)

    async def delete(self, external_id: str) -> None:
        await self._inner.delete(external_id)


def stir(gym: MemoryGym, kind: str, happen: Happen, *, then: GatewayError | None = None) -> None:
    """In every run from now on, until ``calm``."""
    inner = type(gym).source

    def source(kind_: str) -> Source:
        found = inner(gym, kind_)
        return StirredSource(found, happen, then) if kind_ == kind else found

    gym.source = source  # type: ignore[method-assign, assignment] # of this one gym


def calm(gym: MemoryGym) -> None:
    """As it was before it was stirred."""
    del gym.source
