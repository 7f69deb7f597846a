"""Whoever embeds Tresen runs jobs, theirs too, without a worker beside."""

from functools import partial
from pathlib import Path

import attrs
import typed_settings as ts
from dependency_injector import providers

from tresen.adapters.security.sealing import new_key
from tresen.application.jobs.kinds import JobKind
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.bootstrap.container import Container
from tresen.bootstrap.installation import installed
from tresen.bootstrap.settings import Settings
from tresen.domain.jobs.job import Job, JobRequest


@attrs.define
class Greeting:
    """A job of the embedder's that asks for another one, up to a point."""

    container: Container
    greeted: list[str] = attrs.field(factory=list)

    async def __call__(self, job: Job) -> None:
        self.greeted.append(job.payload["name"])
        if len(self.greeted) < 3:
            again = JobRequest(kind="greet", payload={"name": f"{job.payload['name']}!"})
            await self.container.transactions().run(job.tenant_id, "greet", lambda uow: uow.jobs.enqueue([again]))


def add_greeting(container: Container, into: list[Greeting]) -> None:
    greeting = Greeting(container)
    into.append(greeting)
    container.job_kinds.add_args(providers.Object(JobKind(name="greet", run=greeting)))


async def test_jobs_of_the_embedders_kinds_are_run_until_none_is_due(tmp_path: Path) -> None:
    made: list[Greeting] = []
    settings = Settings(data_dir=tmp_path, secret_key=ts.Secret(new_key()))
    async with installed(settings, adjust=partial(add_greeting, into=made)) as installation:
        uses = await installation.ready()
        tenant = (await uses.create_tenant(NewTenant(slug="studio", name="Studio"))).id
        assert await installation.run_pending() == 0
        first = JobRequest(kind="greet", payload={"name": "Ada"})
        await installation.transactions.run(tenant, "test", lambda uow: uow.jobs.enqueue([first]))
        assert await installation.run_pending() == 3
        assert await installation.run_pending() == 0
    assert made[0].greeted == ["Ada", "Ada!", "Ada!!"]
