"""Our own statements on pgqueuer's table: what its queries lack.

It knows no tenants, no lanes, no owner when a job is settled or its heartbeat renewed, no attempt that was lost with
its worker, and books retries one by one. Where a job goes back to the queue its ``slot`` (its place among the limited
of its kind) is given up, which pgqueuer leaves to the next claim.
"""

from .postgres_names import (
    KIND,
    LANE,
    LOG_TABLE,
    PARKED,
    QUEUE_TABLE,
    RUN_AT,
    STATUS_TYPE,
    TENANT,
)

# S608: nothing but names of ours and of pgqueuer goes into the texts.
TENANT_OF = f"(headers ->> '{TENANT}'::text)"
LANE_OF = f"(headers ->> '{LANE}'::text)"
KIND_OF = f"COALESCE(headers ->> '{KIND}'::text, entrypoint)"
IS_LIVE = f"status = ANY (ARRAY['queued'::{STATUS_TYPE}, 'picked'::{STATUS_TYPE}])"
# Somebody else may use pgqueuer in this database, too.
IS_OURS = f"{TENANT_OF} IS NOT NULL"
IS_PARKED = f"(CASE WHEN entrypoint = '{PARKED}'::text THEN 1 ELSE 0 END)"

# Beside pgqueuer's own, which leaves alone what it does not know.
INDEXES = {
    "ix_pgqueuer_tenant": f"({TENANT_OF}, id)",
    "ix_pgqueuer_lane": f"({TENANT_OF}, {LANE_OF}, {IS_PARKED}, id) WHERE {LANE_OF} IS NOT NULL AND {IS_LIVE}",
}
INDEXES_THERE = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = $1"

# A queue grows from nothing to thousands and back between two looks of the server's statistics, after which it would
# read the whole table for each claim, or compile the statement. Everything here has its index. And a process that is
# stopped in the middle must not hold up all others.
BY_INDEX = """
    SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
        set_config('lock_timeout', '10s', true), set_config('idle_in_transaction_session_timeout', '10s', true)
"""

# pgqueuer lets workers that see the same free places of a limited kind collide on an index, or wait for each other.
IN_TURN = "SELECT pg_advisory_xact_lock($1, 0)"

# Two transactions with jobs of one lane follow one another, whichever of them adds or ends one.
LOCK_LANES = "SELECT pg_advisory_xact_lock($1, bucket) FROM unnest($2::int[]) AS bucket"

# How much of its time a transaction has behind it: pgqueuer counts from its beginning, we from now.
AGE = "SELECT clock_timestamp() - now() AS age"

# Whoever stands first in these lanes ($1 tenant, $2 lane), so that no worker claims it while we decide.
LOCK_HEADS = f"""
    SELECT id FROM {QUEUE_TABLE}
    WHERE {TENANT_OF} = $1 AND {LANE_OF} = $2 AND {IS_LIVE} AND {IS_PARKED} = 0
    ORDER BY id FOR UPDATE
"""  # noqa: S608

# In each of these lanes ($1 tenants, $2 lanes) where none is running, the earliest job goes and the others wait.
_IN_LANE = f"FROM {QUEUE_TABLE} WHERE {TENANT_OF} = tenant AND {LANE_OF} = lane AND {IS_LIVE}"
MOVE_UP = f"""
    WITH step AS (
        SELECT head.id AS head, next.id AS next
        FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS t(tenant, lane)) AS touched
        CROSS JOIN LATERAL (SELECT id {_IN_LANE} AND {IS_PARKED} = 1 ORDER BY id LIMIT 1) AS next
        LEFT JOIN LATERAL (SELECT id, status {_IN_LANE} AND {IS_PARKED} = 0 ORDER BY id LIMIT 1) AS head ON true
        WHERE head.id IS NULL OR (head.status = 'queued' AND next.id < head.id)
    )
    UPDATE {QUEUE_TABLE} AS job
    SET entrypoint = CASE {IS_PARKED} WHEN 1 THEN headers ->> '{KIND}' ELSE '{PARKED}' END, updated = now()
    WHERE status = 'queued' AND id IN (SELECT next FROM step UNION ALL SELECT head FROM step)
"""  # noqa: S608

# Those ($1) that the worker ($2) still has.
MINE = f"""
    SELECT id FROM {QUEUE_TABLE} WHERE id = ANY($1::bigint[]) AND queue_manager_id = $2 AND status = 'picked'
    ORDER BY id FOR UPDATE
"""  # noqa: S608

RENEW = f"UPDATE {QUEUE_TABLE} SET heartbeat = now() WHERE id IN (SELECT id FROM ({MINE}) AS mine) RETURNING id"  # noqa: S608

_BACK = "queue_manager_id = NULL, slot = NULL, updated = now()"
_LOGGED = f"INSERT INTO {LOG_TABLE} (job_id, status, entrypoint, priority, traceback) SELECT * FROM booked"  # noqa: S608

# Jobs whose worker let the lease ($1) run out are queued again; that run counts. $2 goes into the headers.
TAKE_BACK = f"""
    WITH lost AS (
        SELECT id FROM {QUEUE_TABLE} WHERE status = 'picked' AND heartbeat < now() - $1::interval AND {IS_OURS}
        FOR UPDATE SKIP LOCKED
    ),
    booked AS (
        UPDATE {QUEUE_TABLE} AS job
        SET status = 'queued', attempts = attempts + 1, headers = headers || $2::jsonb, {_BACK}
        FROM lost WHERE job.id = lost.id
        RETURNING job.id, job.status, job.entrypoint, job.priority, NULL::jsonb
    )
    {_LOGGED}
"""  # noqa: S608

# $1 ids, $2 statuses, $3 delays (NULL: due as before), $4 attempts to add, $5 headers to change, $6 for pgqueuer's log.
BOOK = f"""
    WITH told AS (
        SELECT * FROM unnest($1::bigint[], $2::{STATUS_TYPE}[], $3::interval[], $4::int[], $5::jsonb[], $6::jsonb[])
        AS t(id, status, delay, failed, news, traceback)
    ),
    booked AS (
        UPDATE {QUEUE_TABLE} AS job
        SET status = told.status, execute_after = COALESCE(now() + told.delay, job.execute_after),
            attempts = job.attempts + told.failed, headers = job.headers || told.news, {_BACK}
        FROM told WHERE job.id = told.id
        RETURNING job.id, job.status, job.entrypoint, job.priority, told.traceback
    )
    {_LOGGED}
"""  # noqa: S608

LOCK_JOB = f"SELECT status::text AS status FROM {QUEUE_TABLE} WHERE id = $1 AND {TENANT_OF} = $2 FOR UPDATE"  # noqa: S608

# The lanes of a tenant ($1) whose names begin with $2, and of those lanes ($2) what is queued.
LANES = f"""
    SELECT DISTINCT {LANE_OF} AS lane FROM {QUEUE_TABLE}
    WHERE {TENANT_OF} = $1 AND {LANE_OF} IS NOT NULL AND starts_with({LANE_OF}, $2) AND {IS_LIVE}
"""  # noqa: S608
QUEUED_IN_LANES = f"""
    SELECT id FROM {QUEUE_TABLE}
    WHERE {TENANT_OF} = $1 AND {LANE_OF} = ANY($2::text[]) AND {IS_LIVE} AND status = 'queued'
    ORDER BY id FOR UPDATE
"""  # noqa: S608

# After pgqueuer has queued it again: it stands in its lane ($2) like one that was enqueued now, but at its old place.
REQUEUED = f"""
    UPDATE {QUEUE_TABLE} SET slot = NULL, headers = headers || $3::jsonb,
        entrypoint = CASE WHEN $2 THEN '{PARKED}' ELSE entrypoint END
    WHERE id = $1
"""  # noqa: S608

FIGURES = f"""
    SELECT {KIND_OF} AS kind, status::text AS status, count(*) AS count,
        min((headers ->> '{RUN_AT}')::timestamptz)
            FILTER (WHERE status = 'queued' AND execute_after <= now() AND {IS_PARKED} = 0) AS due
    FROM {QUEUE_TABLE} WHERE {IS_OURS} GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608

# Up to $2 lines of those that are older than the last $1.
TRIM = f"""
    DELETE FROM {LOG_TABLE} WHERE id IN (
        SELECT id FROM {LOG_TABLE} WHERE id <= (SELECT max(id) FROM {LOG_TABLE}) - $1::bigint ORDER BY id LIMIT $2
    )
"""  # noqa: S608
