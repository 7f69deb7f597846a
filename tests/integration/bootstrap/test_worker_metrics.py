"""A worker without the API tells its figures on a port of its own, if it is asked to."""

import asyncio
import re
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import attrs
import httpx
import pytest
from dependency_injector import providers

from tresen.application.jobs.kinds import JobKind
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.bootstrap.container import Container
from tresen.bootstrap.installation import Installation, installed
from tresen.bootstrap.ports import not_to_be_had
from tresen.bootstrap.server import serve
from tresen.bootstrap.settings import Settings
from tresen.bootstrap.working import work
from tresen.domain.jobs.job import Job, JobRequest
from tresen.domain.shared.errors import NotConfigured
from tresen.entrypoints.runtime import ServeOptions, WorkOptions

HOST = "127.0.0.1"


def a_free_port() -> int:
    with socket.create_server((HOST, 0)) as taken:
        return int(taken.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex((HOST, port)) == 0


class Told:
    """What the metrics were while a job ran, and at which port."""

    def __init__(self) -> None:
        self.port, self.text = a_free_port(), ""

    async def ask(self, job: Job) -> None:
        async with httpx.AsyncClient() as client:
            self.text = (await client.get(f"http://{HOST}:{self.port}/metrics")).text


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def tresen(tmp_path: Path, told: Told) -> AsyncIterator[Installation]:
    async def nothing(job: Job) -> None:
        await asyncio.sleep(0)

    def adjust(container: Container) -> None:
        kinds = (JobKind(name="count_towels", run=nothing), JobKind(name="ask_metrics", run=told.ask))
        container.job_kinds.add_args(*(providers.Object(kind) for kind in kinds))

    async with installed(Settings(database_url=f"sqlite:///{tmp_path / 'tresen.db'}"), adjust=adjust) as made:
        use = await made.ready()
        tenant = await use.create_tenant(NewTenant(slug="studio", name="Studio"))
        for kind in ("count_towels", "ask_metrics"):
            request = JobRequest(kind=kind, lane="one after the other")
            await made.transactions.run(tenant.id, "ask", lambda uow, request=request: uow.jobs.enqueue([request]))  # type: ignore[misc] # a default is no parameter that anybody gives
        yield made


def options(port: int) -> WorkOptions:
    return WorkOptions(once=True, scheduler=False, metrics_port=port)


async def test_what_it_did_is_told_while_it_works_and_the_port_is_closed_then(tresen: Installation, told: Told) -> None:
    assert await work(tresen, options(told.port), ready=lambda: None) == 2
    assert 'tresen_jobs_total{kind="count_towels",outcome="done"} 1.0' in told.text
    assert 'tresen_job_seconds_count{kind="count_towels"} 1.0' in told.text
    assert not is_open(told.port)


async def test_nothing_is_told_unless_it_is_asked_for(tresen: Installation) -> None:
    seen = list[str]()
    await work(tresen, options(0), ready=lambda: seen.extend(t.name for t in threading.enumerate()))
    assert [name for name in seen if "serve_forever" in name] == []


async def test_a_port_that_is_taken_is_told_before_any_job_is_run(tresen: Installation) -> None:
    ready = list[str]()
    with (
        socket.create_server((HOST, 0)) as taken,
        pytest.raises(NotConfigured, match=r"cannot listen on .* choose another with --metrics-port"),
    ):
        await work(tresen, options(taken.getsockname()[1]), ready=lambda: ready.append("ready"))
    assert ready == []
    assert await tresen.run_pending() == 2


async def test_a_host_that_is_not_here_is_told_as_what_is_wrong(tresen: Installation) -> None:
    host, free = "192.0.2.1", a_free_port()
    said = re.escape(f"cannot listen on {host}:{free} (no such address here): choose another with --")
    with pytest.raises(NotConfigured, match=f"{said}metrics-host$"):
        await work(tresen, attrs.evolve(options(free), metrics_host=host), ready=lambda: None)
    with pytest.raises(NotConfigured, match=f"{said}host$"):
        await serve(tresen, ServeOptions(host=host, port=free), ready=lambda _: None)


@pytest.mark.parametrize("host", ["", " "])
async def test_no_host_is_not_every_address(tresen: Installation, host: str) -> None:
    """As a variable that is not set gives it."""
    told = "no host is named to listen on: give one with --{}host, 0.0.0.0 for every address"
    with pytest.raises(NotConfigured, match=told.format("metrics-")):
        await work(tresen, attrs.evolve(options(a_free_port()), metrics_host=host), ready=lambda: None)
    with pytest.raises(NotConfigured, match=told.format("")):
        await serve(tresen, ServeOptions(host=host, port=a_free_port()), ready=lambda _: None)


@pytest.mark.parametrize(
    "error",
    [
        OSError(-2, "Name or service not known"),  # as Python's create_server hands it on
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        UnicodeError("label empty or too long"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_host_of_no_known_name_is_told_as_what_is_wrong(error: OSError | UnicodeError) -> None:
    told = not_to_be_had("bogus", 8899, error, option="--port").message
    assert told == "cannot listen on bogus:8899 (no such address here): choose another with --host"
