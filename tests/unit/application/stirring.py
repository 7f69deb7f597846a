"""Something happens in the middle of a run: a source that lets it happen before it tells anything."""

from collections.abc import AsyncIterator, Awaitable, Callable

from tresen.adapters.memory.gym import MemoryGym
from tresen.application.ports.sources import Batch, Observed, Source
from tresen.domain.shared.errors import GatewayError
from tresen.domain.sync.schema import Values

Happen = Callable[[], Awaitable[object]]


class StirredSource(Source):
    """Another source. At ``pages``, ``happen`` comes before the first and ``then`` is raised after the last; at
    ``writes`` it comes after the effect of each write and before its answer, at ``looks`` before the answer to a look
    at a single record, at ``finds`` before that to a search.
    """

    def __init__(self, inner: Source, happen: Happen, then: GatewayError | None, at: str) -> None:
        self._inner, self._happen, self._then, self._at = inner, happen, then, at
        self.kind, self.writable, self.resolution_s = inner.kind, inner.writable, inner.resolution_s
        self.can_create, self.can_delete, self.tells_changes = inner.can_create, inner.can_delete, inner.tells_changes

    def listing(self) -> AsyncIterator[Batch]:
        return self._stirred(self._inner.listing())

    def changes(self, cursor: str) -> AsyncIterator[Batch]:
        return self._stirred(self._inner.changes(cursor))

    async def _stirred(self, pages: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
        await self._reach("pages")
        async for page in pages:
            yield page
        if self._then is not None:
            raise self._then

    async def get(self, external_id: str) -> Observed | None:
        answer = await self._inner.get(external_id)
        await self._reach("looks")
        return answer

    async def push(self, external_id: str, values: Values) -> Observed:
        answer = await self._inner.push(external_id, values)
        await self._reach("writes")
        return answer

    async def create(self, values: Values) -> Observed:
        answer = await self._inner.create(values)
        await self._reach("writes")
        return answer

    async def find(self, values: Values, /) -> Observed | None:
        answer = await self._inner.find(values)
        await self._reach("finds")
        return answer

    async def delete(self, external_id: str) -> None:
        await self._inner.delete(external_id)
        await self._reach("writes")

    async def _reach(self, place: str) -> None:
        if self._at == place:
            await self._happen()


def stir(gym: MemoryGym, kind: str, happen: Happen, *, then: GatewayError | None = None, at: str = "pages") -> None:
    """In every run from now on, until ``calm``."""
    inner = type(gym).source

    def source(kind_: str) -> Source:
        found = inner(gym, kind_)
        return StirredSource(found, happen, then, at) if kind_ == kind else found

    gym.source = source  # type: ignore[method-assign, assignment] # of this one gym


def calm(gym: MemoryGym) -> None:
    """As it was before it was stirred."""
    del gym.source
