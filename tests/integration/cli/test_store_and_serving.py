"""db, serve and demo: what the runtime is asked, and how its answers are told."""

from pathlib import Path

from tests.integration.cli.desk import Desk

from tresen.application.ports.store import Finding, Upgraded
from tresen.entrypoints.runtime import DemoOptions, ServeOptions, WorkOptions


def test_an_upgrade_tells_the_steps_and_the_backup(desk: Desk) -> None:
    assert desk("db", "upgrade").out == "schema 0001 -> 0002\nbackup of the old state: old.db\n"
    assert desk("db", "upgrade", "--json").json == {"old": "0001", "new": "0002", "backup": "old.db"}


def test_an_upgrade_of_what_is_current_or_new_says_so(desk: Desk) -> None:
    desk.runtime.paper.upgraded = Upgraded(old="0002", new="0002")
    assert desk("db", "upgrade").out == "the schema is up to date: 0002\n"
    desk.runtime.paper.upgraded = Upgraded(old=None, new="0002")
    assert desk("db", "upgrade").out == "schema none -> 0002\n"


def test_a_backup_goes_where_it_is_told(desk: Desk) -> None:
    assert desk("db", "backup", "there.db", "--json").json == {"backup": "there.db"}
    assert desk("db", "backup").out == "backup: copy.db\n"
    assert desk.runtime.paper.targets == [Path("there.db"), None]


def test_a_sound_store_exits_with_0(desk: Desk) -> None:
    result = desk("db", "check", "--json")
    assert result.code == 0
    assert result.json["findings"] == [{"name": "integrity", "ok": True, "detail": "fine", "advice": None}]


def test_a_store_with_problems_exits_with_1_and_advises(desk: Desk) -> None:
    bad = Finding(name="schema", ok=False, detail="0001", advice="tresen db upgrade")
    desk.runtime.paper.findings = (*desk.runtime.paper.findings, bad)
    result = desk("db", "check")
    assert result.code == 1
    assert "tresen db upgrade" in result.out


def test_serving_tells_when_it_is_ready(desk: Desk) -> None:
    result = desk("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - the fake listens nowhere
    assert (result.code, result.out) == (0, "ready: http://0.0.0.0:0/\n")
    desk("serve")
    assert desk.runtime.served[1] == ServeOptions()


def test_serving_without_a_worker_leaves_jobs_to_others(desk: Desk) -> None:
    desk("serve", "--no-worker")
    assert desk.runtime.served == [ServeOptions(worker=False)]


def test_a_worker_tells_that_it_waits_and_what_it_did(desk: Desk) -> None:
    result = desk("worker", "--parallel", "5", "--no-scheduler", "--once")
    assert (result.code, result.out) == (0, "ready: waiting for jobs\njobs run: 3\n")
    desk("worker")
    assert desk.runtime.worked == [WorkOptions(parallel=5, scheduler=False, once=True), WorkOptions()]


def test_a_workers_metrics_are_told_where_it_is_asked(desk: Desk) -> None:
    desk("worker", "--metrics-port", "9101", "--metrics-host", "0.0.0.0")  # noqa: S104 - the fake listens nowhere
    assert desk.runtime.worked == [WorkOptions(metrics_port=9_101, metrics_host="0.0.0.0")]  # noqa: S104 - as above
    assert desk("worker", "--metrics-port", "65536").code == 2


def test_a_worker_that_may_do_nothing_is_refused(desk: Desk) -> None:
    result = desk("worker", "--parallel", "0")
    assert (result.code, desk.runtime.worked) == (2, [])
    assert "parallel is a number from 1 to 1000, not 0" in result.err


def test_the_demo_gets_its_options_and_a_screen(desk: Desk) -> None:
    result = desk("demo", "--folder", "here", "--port", "81", "--once")
    assert (result.code, result.out, result.err) == (0, "bye\n", "demo: members 2\n")
    desk("demo")
    assert desk.runtime.demos == [DemoOptions(folder=Path("here"), port=81, once=True), DemoOptions()]
