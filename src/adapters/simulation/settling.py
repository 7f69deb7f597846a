"""After a script: no failures any more, runs until nothing changes, and then what must hold at rest."""

from datetime import timedelta

import attrs

from ...application.sync.records.kinds import LEAD
from ...domain.sync.conflict import PAIRING
from ...domain.sync.run import RunState
from .asked_twice import asked_twice
from .entered_anew import unasked
from .people import renew
from .player import Player
from .rest import Rest
from .rows import Rows, changed, rows_of
from .steps.runs import Sync
from .vanished import still_due, vanished
from .words import COURSE_KINDS

_ROUNDS = 8
_A_MINUTE, _OVER_AN_HOUR, _A_DAY = timedelta(minutes=1), timedelta(minutes=61), timedelta(days=1)
# Written by every run, whatever it finds.
_BOOKS = frozenset({"runs", "errors", "sync_states"})
# Written again and again while a record cannot be applied, which its run tells as an error.
_RETRIED = frozenset({"plans", "plan_steps", "due"})


@attrs.define
class Settling:
    """Of one player."""

    _player: Player
    _erred: bool = False

    async def __call__(self) -> None:
        """First by changes alone, then with complete listings."""
        player = self._player
        self._repair()
        await self._by_schedule()
        if player.broken or not await self._settle(whole=False):
            return
        self._check(by_changes=True)
        if player.broken:
            return
        before = self._rows(), player.witness.writes
        await self._list()
        if any("no-tombstones" in spec.habits for spec in player.script.accounts):
            player.world.clock.advance(_A_DAY)
        elif self._same(before):
            # Nothing was written by two rounds in a row: what must hold at rest was looked at.
            self._check(by_changes=False)
            player.witness.pay()
            return
        if player.broken or not await self._settle(whole=True):
            return
        self._check(by_changes=False)
        player.witness.pay()
        before = self._rows(), player.witness.writes
        await self._round(whole=False)
        if not self._same(before):
            player.witness.say("quiet", f"another run wrote: {self._difference(before[0])}")

    def _repair(self) -> None:
        """Every account has credentials, and every record can be read: no stamp tells of that."""
        world = self._player.world
        for number, gym in enumerate(world.gyms):
            renew(world, number)
            for kind in world.records:
                for entry in gym.shelf(kind).entries():
                    entry.unreadable = False

    async def _by_schedule(self) -> None:
        """What no webhook told, or one that was lost, is found by the worker when the schedule asks for it."""
        player = self._player
        player.world.clock.advance(_OVER_AN_HOUR)
        since = player.world.clock.now()
        for tenant in range(len(player.world.tenants)):
            for course in player.script.courses:
                await player.post.ask(tenant, course)
        await player.post.work()
        player.broken.extend(player.post.broken())
        for number, course in self._everything():
            room, account = player.world.room(player.script.accounts[number].tenant), player.world.account_ids[number]
            runs = [run for run in room.runs.rows() if (run.account_id, run.kind) == (account, course)]
            states = [run.state for run in runs if run.started_at >= since and run.state is not RunState.SKIPPED]
            if RunState.HELD in states:
                await player.plans.accept(number, course)
            elif RunState.COMPLETED not in states:
                player.witness.say("schedule", f"{course} of account {number} were not synced: {states}")

    async def _settle(self, *, whole: bool) -> bool:
        """Whether it came to rest."""
        player = self._player
        before = self._rows(), player.witness.writes
        for _ in range(_ROUNDS):
            await self._round(whole=whole)
            player.look()
            if player.broken:
                return False
            if self._same(before):
                return True
            last, before = before, (self._rows(), player.witness.writes)
        player.witness.say("settles", f"{_ROUNDS} rounds, and still: {self._difference(last[0])}")
        return False

    async def _round(self, *, whole: bool) -> None:
        self._erred = False
        for number, course in self._everything():
            await self._sync(number, course, whole=whole)

    async def _sync(self, number: int, course: str, *, whole: bool) -> None:
        player = self._player
        player.world.clock.advance(_A_MINUTE)
        run = await player.sync(Sync(account=number, course=course, whole=whole))
        if run is not None and run.state is RunState.HELD:
            run = await player.plans.accept(number, course)
        self._erred |= run is not None and bool(run.counts.errors)
        if run is not None and run.state is not RunState.COMPLETED:
            player.witness.say("errors", f"without failures, a run is {run.state.value}: {run.reason}")

    async def _list(self) -> None:
        """Nothing that changes told is news to a complete listing."""
        player = self._player
        for number, course in self._everything():
            before, may_find = (self._rows(), player.witness.writes), self._may_find(number, course)
            await self._sync(number, course, whole=True)
            if not (may_find or self._same(before)):
                player.witness.say("listing", f"a complete listing found: {self._difference(before[0])}")

    def _may_find(self, number: int, course: str) -> bool:
        """Where deletions are not told, where what is here alone is made there, where what is there alone stays there,
        and may have come to be here, too, and where it is asked whose a record is: who of ours is left for that.
        """
        world = self._player.world
        told, policy = "no-tombstones" not in world.specs[number].habits, world.policy(number, LEAD)
        asked = any(each.field == PAIRING for each in self._player.witness.agreement.open(number).values())
        return not told or (course == "leads" and (asked or policy.create_there or not policy.create_here))

    def _check(self, *, by_changes: bool) -> None:
        player = self._player
        for number, course in self._everything():
            if by_changes and "no-tombstones" in player.world.specs[number].habits:
                continue
            for kind in COURSE_KINDS[course]:
                rest = Rest(player.world, number, kind)
                player.broken.extend(rest.broken())
                if not by_changes:
                    player.broken.extend(rest.lonely())

        player.broken.extend(asked_twice(player.world, player.people.origins))
        player.broken.extend(vanished(player.world, player.people.origins))
        player.broken.extend(unasked(player.world, player.people.origins))
        if not self._erred:
            player.broken.extend(still_due(player.world, player.script.courses))

    def _everything(self) -> list[tuple[int, str]]:
        script = self._player.script
        return [(number, course) for number in range(len(script.accounts)) for course in script.courses]

    def _rows(self) -> Rows:
        rooms = self._player.world.store.rooms
        return {name: rows for room in rooms for name, rows in rows_of(room, without=_BOOKS).items()}

    def _same(self, before: tuple[Rows, int]) -> bool:
        rows, writes = before
        return writes == self._player.witness.writes and not self._changed(rows)

    def _difference(self, rows: Rows) -> str:
        return ", ".join(self._changed(rows)) or "writes to a provider"

    def _changed(self, rows: Rows) -> list[str]:
        written = changed(rows, self._rows())
        return [name for name in written if not (self._erred and name.split()[1] in _RETRIED)]
