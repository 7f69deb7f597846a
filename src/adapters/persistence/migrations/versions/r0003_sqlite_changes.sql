ALTER TABLE sync_record RENAME TO old_sync_record;

CREATE TABLE sync_record (
    tenant_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    local_id BLOB NOT NULL,
    local_version BIGINT NOT NULL,
    synced_at BIGINT NOT NULL,
    run_id BLOB NOT NULL,
    stamped_at BIGINT,
    edited_at BIGINT,
    base TEXT NOT NULL,
    CONSTRAINT pk_sync_record PRIMARY KEY (tenant_id, account_id, kind, external_id),
    CONSTRAINT fk_sync_record_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

INSERT INTO sync_record (
    tenant_id, account_id, kind, external_id, fingerprint, local_id, local_version, synced_at,
    run_id, base
) SELECT
    tenant_id, account_id, kind, external_id, fingerprint, local_id, local_version, synced_at,
    X'00000000000000000000000000000000', base
FROM old_sync_record;

DROP TABLE old_sync_record;

CREATE INDEX ix_sync_record_local ON sync_record (tenant_id, local_id);

CREATE INDEX ix_sync_record_run ON sync_record (tenant_id, run_id);

ALTER TABLE sync_run RENAME TO old_sync_run;

CREATE TABLE sync_run (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    forced BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    deleted BIGINT NOT NULL,
    pushed BIGINT NOT NULL,
    conflicts BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    dropped BIGINT NOT NULL,
    reason TEXT,
    plan_id BLOB,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    allowed_at BIGINT,
    CONSTRAINT pk_sync_run PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_sync_run_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

INSERT INTO sync_run (
    tenant_id, id, account_id, kind, forced, state, created, updated, unchanged, errors, deleted,
    pushed, conflicts, refused, dropped, reason, plan_id, started_at, finished_at
) SELECT
    tenant_id, id, account_id, kind, forced, state, created, updated, unchanged, errors, 0, 0, 0, 0, 0,
    reason, NULL, started_at, finished_at
FROM old_sync_run;

DROP TABLE old_sync_run;

CREATE INDEX ix_sync_run_last ON sync_run (tenant_id, account_id, kind, state, started_at, id);

CREATE INDEX ix_sync_run_started ON sync_run (tenant_id, started_at, id);

ALTER TABLE change RENAME TO old_change;

CREATE TABLE change (
    tenant_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    local_id BLOB NOT NULL,
    at BIGINT NOT NULL,
    id BLOB NOT NULL,
    run_id BLOB NOT NULL,
    external_id TEXT NOT NULL,
    field TEXT NOT NULL,
    base TEXT NOT NULL,
    ours TEXT NOT NULL,
    theirs TEXT NOT NULL,
    value TEXT NOT NULL,
    side TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_change PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_change_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

INSERT INTO change (
    tenant_id, kind, local_id, at, id, run_id, external_id, field, base, ours, theirs, value, side,
    rule, reason, version
) SELECT
    tenant_id, kind, local_id, at, id, run_id, external_id, field, base, ours, theirs,
    CASE side WHEN 'ours' THEN ours ELSE theirs END, side, rule, reason, 0
FROM old_change;

DROP TABLE old_change;

CREATE INDEX ix_change_record ON change (tenant_id, kind, local_id);

CREATE INDEX ix_change_run ON change (tenant_id, run_id, id);

ALTER TABLE staff_task RENAME TO old_staff_task;

CREATE TABLE staff_task (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    account_id BLOB,
    operation TEXT NOT NULL,
    title TEXT NOT NULL,
    reason TEXT NOT NULL,
    subject TEXT,
    details TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    done_at BIGINT,
    done_by TEXT,
    note TEXT,
    version BIGINT NOT NULL,
    title_key TEXT NOT NULL,
    search_text TEXT NOT NULL,
    CONSTRAINT pk_staff_task PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_staff_task_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

INSERT INTO staff_task (
    tenant_id, id, account_id, operation, title, reason, subject, details, state, created_at, done_at, done_by,
    note, version, title_key, search_text
) SELECT
    tenant_id, id, account_id, operation, title, reason, subject, details, state, created_at, done_at, done_by,
    note, 1, title_key, search_text
FROM old_staff_task;

DROP TABLE old_staff_task;

CREATE INDEX ix_staff_task_created ON staff_task (tenant_id, created_at, id);

CREATE INDEX ix_staff_task_status ON staff_task (tenant_id, state, created_at, id);

CREATE INDEX ix_staff_task_subject ON staff_task (tenant_id, subject, operation, state);

CREATE INDEX ix_member_email ON member (tenant_id, email_key, id);

CREATE INDEX ix_lead_email ON lead (tenant_id, email_key, id);

INSERT INTO edited_record (tenant_id, kind, local_id, version)
    SELECT DISTINCT link.tenant_id, link.kind, link.local_id, local.version
    FROM sync_record link JOIN member local ON local.tenant_id = link.tenant_id AND local.id = link.local_id
    WHERE link.kind = 'member' AND link.local_version <> local.version;

INSERT INTO edited_record (tenant_id, kind, local_id, version)
    SELECT DISTINCT link.tenant_id, link.kind, link.local_id, local.version
    FROM sync_record link JOIN membership local ON local.tenant_id = link.tenant_id AND local.id = link.local_id
    WHERE link.kind = 'membership' AND link.local_version <> local.version;

INSERT INTO edited_record (tenant_id, kind, local_id, version)
    SELECT DISTINCT link.tenant_id, link.kind, link.local_id, local.version
    FROM sync_record link JOIN lead local ON local.tenant_id = link.tenant_id AND local.id = link.local_id
    WHERE link.kind = 'lead' AND link.local_version <> local.version;
