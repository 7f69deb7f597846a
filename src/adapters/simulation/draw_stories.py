"""Steps that tell something only one after the other: what chance alone would rarely put in a row."""

from collections.abc import Callable, Mapping, Sequence

import attrs

from ...application.sync.records.kinds import LEAD, MEMBERSHIP
from ...domain.sync.schema import Value
from .draw_people import People, Somebody
from .draw_runs import LOOK_FAULTS, PAGE_FAULTS, drawn_run
from .draw_values import chance
from .steps.edits import CreateHere, EditHere, Garble, Mend
from .steps.runs import Fault, Meanwhile, Sync
from .steps.settings import Expire, PassTime, Renew
from .steps.step import Step
from .words import DELETE, LIST, LOOK, PUSH

# After it, a change is out of every overlap.
_LATER = PassTime(minutes=30)
# Edits that a picky provider never takes, and what becomes of their fields later.
_BAD: Sequence[dict[str, Value]] = (
    {"last_name": ""},
    {"status": "frozen"},
    {"status": "on ice", "phone": "030 1234567"},
)
_GOOD = {"last_name": "Good", "status": "active", "phone": None}


@attrs.frozen
class Stories:
    """About the people of one script."""

    _people: People

    def any(self) -> list[Step]:
        """One of those that what may go wrong allows; nothing when there is none."""
        ways: Mapping[str, Sequence[Callable[[], list[Step]]]] = {
            "crash": (self._late_crash, self._late_crash),
            "partial": (self._broken_listing,),
            "5xx": (self._failed_look,),
            "unreadable": (self.unreadable, self._glitch),
            "expired": (self._expired,),
            "picky": (self._refused, self._refused, self._refused_anew),
            "lost": (self._late_edit,),
            "collision": (self._at_once,),
        }
        possible = [way for word, some in ways.items() if word in self._people.faults for way in some]
        return self._people.rnd.choice(possible)() if possible else []

    def sync(self) -> Sync:
        """A run with whatever may happen in it."""
        people = self._people
        sync = Sync(account=people.some_account(), course=people.rnd.choice(people.courses))
        return drawn_run(people.rnd, people.faults, sync, meanwhile=people.anything, faster=people.anything_here)

    def unreadable(self) -> list[Step]:
        """A record that makes no sense for a while: whoever passed it over must come back, as no stamp will tell."""
        people, one = self._people, self._people.somebody()
        garble = Garble(account=one.account, kind=one.kind, who=one.who, late_s=people.late())
        mend = Mend(account=one.account, kind=one.kind, who=one.who)
        found = [people.edit_there(one), garble, _LATER, self._sync_of(one)]
        return [*found, *([mend] if chance(people.rnd, 60) else [])]

    def _glitch(self) -> list[Step]:
        """A record that cannot be read, without a stamp, just when what waits for it is to be written."""
        one = self._people.somebody()
        return [
            self._people.edit_here(one),
            self._unanswered(one),
            Garble(account=one.account, kind=one.kind, who=one.who, has_stamp=False),
            _LATER,
            _plain(one),
        ]

    def _late_crash(self) -> list[Step]:
        """A change that is out of every overlap when the process dies over it."""
        crash = self._people.rnd.randrange(12, 50)
        return [self._people.edit_there(), _LATER, attrs.evolve(self.sync(), crash=crash, whole=False)]

    def _broken_listing(self) -> list[Step]:
        """A listing that ends before its end, while records come and go."""
        people, rnd = self._people, self._people.rnd
        what = rnd.choice(sorted(PAGE_FAULTS & people.faults))
        meanwhile = (Meanwhile(at=rnd.randrange(4), step=people.anything()),) if "meanwhile" in people.faults else ()
        fault = Fault(at=rnd.randrange(3), what=what, call=LIST)
        return [attrs.evolve(self.sync(), whole=True, faults=(fault,), meanwhile=meanwhile, crash=None)]

    def _failed_look(self) -> list[Step]:
        """A record that is asked for because of an edit here, and is not shown."""
        one, rnd = self._people.somebody(), self._people.rnd
        what = rnd.choice(sorted(LOOK_FAULTS & self._people.faults))
        fault = Fault(at=rnd.choice((0, 0, 1)), what=what, call=LOOK)
        # The first run moves the cursor past what is there.
        return [_LATER, _plain(one), self._people.edit_here(one), attrs.evolve(_plain(one), faults=(fault,))]

    def _expired(self) -> list[Step]:
        """Credentials that expire with two writes waiting, or in the middle of a run; perhaps they are renewed."""
        people, one = self._people, self._people.somebody()
        expire, renew = Expire(account=one.account), Renew(account=one.account)
        edits = [people.edit_here(one), *(people.edit_here(people.beside(one)) for _ in range(3))]
        if "meanwhile" in people.faults and chance(people.rnd, 50):
            sync = attrs.evolve(_plain(one), meanwhile=(Meanwhile(at=people.rnd.randrange(3), step=expire),))
            found = [*edits, _LATER, sync]
        else:
            found = [*edits, self._unanswered(one), expire, self._sync_of(one)]
        return [*found, people.anything(), *([renew] if chance(people.rnd, 60) else [])]

    def _late_edit(self) -> list[Step]:
        """A write that waits, and meanwhile an edit there."""
        people, one = self._people, self._people.somebody()
        ours = people.delete_here(one) if chance(people.rnd, 50) else people.edit_here(one)
        return [ours, self._unanswered(one), people.edit_there(one), _plain(one)]

    def _unanswered(self, one: Somebody) -> Sync:
        """A run whose writes are all lost."""
        wanted = [(call, at) for call in (DELETE, PUSH) for at in range(3)] if "lost" in self._people.faults else []
        return attrs.evolve(_plain(one), faults=tuple(Fault(at=at, what="lost", call=call) for call, at in wanted))

    def _refused(self) -> list[Step]:
        """An edit that a picky provider never takes, an edit of another field, and perhaps a better value."""
        people, one = self._people, self._people.somebody_at("picky")
        if one.kind == MEMBERSHIP:
            return []
        bad = people.rnd.choice(_BAD)
        good = {name: value for name, value in _GOOD.items() if name in bad}
        better = [_edit(one, good), _plain(one)] if chance(people.rnd, 40) else []
        return [_edit(one, bad), _plain(one), people.edit_here(one), _plain(one), *better]

    def _refused_anew(self) -> list[Step]:
        """A new lead of ours that a picky provider never takes."""
        people, one = self._people, self._people.somebody_at("picky")
        if "leads" not in people.courses:
            return []
        made = people.create_here()
        made = attrs.evolve(made, tenant=one.tenant, values={**made.values, "status": "frozen"})
        sync = Sync(account=one.account, course="leads", whole=True)
        return [made, sync, sync]

    def _at_once(self) -> list[Step]:
        """A lead who comes on both sides: here just when the other is taken over."""
        people = self._people
        if "leads" not in people.courses:
            return []
        one = people.create_there(people.some_account(), LEAD)
        tenant = people.accounts[one.account].tenant
        here = CreateHere(tenant=tenant, kind=LEAD, who=one.who, values=one.values)
        faster = Meanwhile(at=people.rnd.randrange(2, 8), step=here)
        return [one, _LATER, Sync(account=one.account, course="leads", overtaken=(faster,))]

    def _sync_of(self, one: Somebody) -> Sync:
        return attrs.evolve(self.sync(), account=one.account, course=one.course)


def _plain(one: Somebody) -> Sync:
    return Sync(account=one.account, course=one.course)


def _edit(one: Somebody, values: Mapping[str, Value]) -> EditHere:
    return EditHere(tenant=one.tenant, kind=one.kind, who=one.who, values=values)
