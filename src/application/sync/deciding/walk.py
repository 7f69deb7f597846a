"""Walks through what the provider shows: what changed since a cursor, or everything."""

from collections.abc import AsyncIterator

from ....domain.shared.errors import CursorExpired, GatewayUnavailable, InvalidValue
from ....domain.shared.text import check_text, storable
from ....domain.sync.generation import Generation
from ...ports.sources import Batch, Observed, Source
from ..records.reading import is_text

# About 50 ms of writing: long enough to be fast, short enough that nobody waits for the store.
BATCH = 1000
_LONGEST_CURSOR = 1_000_000


class Walk:
    """``cursor`` None: everything is listed. ``is_listing``: it is; else what comes has most likely changed.

    After the walk, ``cursor`` is where changes go on (None: not told), and ``generation`` may be asked what is missing
    if everything was listed without an error.
    """

    def __init__(self, source: Source, cursor: str | None) -> None:
        self._source = source
        self._start = cursor if source.tells_changes else None
        self.is_listing = self._start is None
        self.cursor: str | None = None
        self.generation = Generation()

    @property
    def is_whole(self) -> bool:
        """Whether it sets out to list everything."""
        return self._start is None

    async def batches(self) -> AsyncIterator[Batch]:
        """The records in batches of about a thousand, with what the provider says is deleted.

        A cursor that the provider does not know any more is no error: everything is listed then. When a walk breaks
        off, what was shown before still comes, and then its error.
        """
        if self._start is not None:
            try:
                async for batch in _gathered(self.changes(self._start)):
                    yield batch
            except CursorExpired:
                pass
            else:
                return
        async for batch in _gathered(self._listing()):
            yield batch

    async def changes(self, start: str) -> AsyncIterator[Batch]:
        """What changed since that cursor, page by page. Raises CursorExpired, and what else the source raises."""
        self.cursor = start
        async for batch in self._source.changes(start):
            self.cursor = self._told(batch) or self.cursor
            yield batch

    async def _listing(self) -> AsyncIterator[Batch]:
        self.cursor, self.generation, self.is_listing = None, Generation(), True
        try:
            async for batch in self._source.listing():
                # One whose id is no text is told when it is looked at, and is none that we have.
                self.generation.add(one.external_id for one in batch.observed if is_text(one.external_id))
                self.cursor = self._told(batch) or self.cursor
                yield batch
        except BaseException:
            self.generation.break_off()
            raise
        self.generation.complete()

    def _told(self, batch: Batch) -> str | None:
        """The batch's cursor. Raises GatewayUnavailable for one that cannot be kept, and for ids that are none."""
        try:
            if batch.cursor is not None:
                check_text(batch.cursor, "its cursor", longest=_LONGEST_CURSOR, may_be_empty=True)
            for one in (*(each.external_id for each in batch.observed), *batch.gone):
                hash(one)
        except (InvalidValue, TypeError) as error:
            raise GatewayUnavailable(
                storable(f"the source of {self._source.kind}s gives a batch that cannot be used: {error}")
            ) from None
        return batch.cursor


async def _gathered(pages: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
    """Pages put together; nothing is held back longer than a thousand records, or than an error."""
    held: list[Batch] = []
    size = 0
    try:
        async for page in pages:
            held.append(page)
            size += len(page.observed) + len(page.gone)
            if size >= BATCH:
                yield _joined(held)
                held, size = [], 0
    except Exception:
        if held:
            yield _joined(held)
        raise
    if held:
        yield _joined(held)


def _joined(pages: list[Batch]) -> Batch:
    """Of a record that one page shows and another one tells to be gone, the later page is right."""
    if len(pages) == 1:
        return pages[0]
    observed: list[Observed] = []
    gone: dict[str, None] = {}
    for page in pages:
        if page.gone:
            lost = set(page.gone)
            observed = [one for one in observed if one.external_id not in lost]
        for one in page.observed:
            gone.pop(one.external_id, None)
        gone.update(dict.fromkeys(page.gone))
        observed += page.observed
    return Batch(observed=observed, gone=list(gone))
