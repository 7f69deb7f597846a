"""Tresen's own sync of the same records: ``python -m tests.benchmarks.tresen_sync DATABASE_URL URL [whole]``.

The database has its schema already. The first call creates tenant and account and loads everything; a further call on
the same database asks what changed since, or, ``whole``, lists everything again. There are no leads, and they are
synced first: what is measured is a run, as a worker makes one after the other, not the loading of libraries and the
first connection. Prints one JSON line with seconds (of the run alone), records seen, created and updated, and peak
memory in MB.
"""

import json
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import typed_settings as ts
import uvloop

from tresen.adapters.security.sealing import new_key
from tresen.application.tenancy.connect_provider import ConnectProviderCommand
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.bootstrap.installation import installed
from tresen.bootstrap.process import tune_garbage_collection
from tresen.bootstrap.settings import Settings
from tresen.domain.shared.errors import AlreadyExists
from tresen.domain.shared.ids import AccountId, TenantId
from tresen.domain.sync.run import RunState
from tresen.entrypoints.use_cases import UseCases


async def prepare(use_cases: UseCases, url: str) -> tuple[TenantId, AccountId]:
    """The tenant and its account, made or found."""
    try:
        tenant = await use_cases.create_tenant(NewTenant(slug="bench", name="Bench"))
    except AlreadyExists:
        tenant = await use_cases.directory.tenant("bench")
    account = await use_cases.connect_provider(
        ConnectProviderCommand(
            tenant_id=tenant.id,
            provider="wodify",
            api_key="k",
            base_url=url,
            settings={
                "location_id": "1",
                "calls_per_second": "100000",
                "burst": "100000",
                "changed_since": "true",
                "changes_overlap_minutes": "1",
            },
        )
    )
    return tenant.id, account.id


async def measure(database_url: str, url: str, folder: str, *, whole: bool) -> dict[str, float]:
    """One run."""
    settings = Settings(
        data_dir=Path(folder),
        database_url=database_url,
        secret_key=ts.Secret(new_key()),
        allow_private_addresses=True,
    )
    async with installed(settings) as installation:
        use_cases = await installation.ready()
        tenant_id, account_id = await prepare(use_cases, url)
        tune_garbage_collection()
        await use_cases.sync.leads(tenant_id, account_id, force=True)
        started = time.perf_counter()
        run = await use_cases.sync.members(tenant_id, account_id, force=True, whole=whole)
        seconds = time.perf_counter() - started
    if run.state is not RunState.COMPLETED or run.counts.errors:
        sys.exit(f"the sync failed: {run}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = run.counts
    return {
        "seconds": seconds,
        "records": counts.seen,
        "created": counts.created,
        "updated": counts.updated,
        "peak_mb": peak,
    }


def main() -> None:
    """The command."""
    database_url, url, *how = sys.argv[1:]
    with TemporaryDirectory() as folder:
        figures = uvloop.run(measure(database_url, url, folder, whole="whole" in how))
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
