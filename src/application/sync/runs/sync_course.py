"""The use cases that run a course: at once, and as a plan."""

import attrs

from ....domain.shared.errors import NotFound
from ....domain.shared.ids import AccountId, TenantId
from ....domain.sync.run import Run
from ..courses.course import Course
from .sync_account import Progress, SyncAccount, no_progress


@attrs.frozen
class SyncCourse:
    """See SyncAccount for what a run is. Raises NotFound for the account."""

    _sync: SyncAccount
    _course: Course

    async def __call__(
        self,
        tenant_id: TenantId,
        account_id: AccountId,
        *,
        force: bool = False,
        whole: bool = False,
        progress: Progress = no_progress,
    ) -> Run:
        """Run it now; ``force`` passes the hourly limit, ``whole`` lists everything."""
        return await self._sync.run(tenant_id, account_id, self._course, force=force, whole=whole, progress=progress)


class Courses:
    """The courses that there are, by name."""

    def __init__(self, *courses: Course) -> None:
        self._by_name = {course.name: course for course in courses}

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._by_name)

    @property
    def kinds(self) -> tuple[str, ...]:
        """All their kinds of record, each before those that belong to it."""
        return tuple(kind for course in self._by_name.values() for kind in course.kinds)

    def get(self, name: str) -> Course | None:
        """That course, None where there is none."""
        return self._by_name.get(name)

    def named(self, name: str) -> Course:
        """That course. Raises NotFound."""
        if name not in self._by_name:
            raise NotFound("kind of sync", name)
        return self._by_name[name]


@attrs.frozen
class PlanSync:
    """Makes a plan and writes nothing else. Raises NotFound for the account and the course."""

    _sync: SyncAccount
    _courses: Courses

    async def __call__(
        self,
        tenant_id: TenantId,
        account_id: AccountId,
        course: str,
        *,
        whole: bool = False,
        progress: Progress = no_progress,
    ) -> Run:
        """The run that made it, which names the plan; None there: nothing is to be done."""
        return await self._sync.plan(tenant_id, account_id, self._courses.named(course), whole=whole, progress=progress)
