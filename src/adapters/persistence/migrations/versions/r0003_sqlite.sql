CREATE TABLE edited_record (
    tenant_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    local_id BLOB NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_edited_record PRIMARY KEY (tenant_id, kind, local_id),
    CONSTRAINT fk_edited_record_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE TABLE sync_policy (
    tenant_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    account_id BLOB NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    CONSTRAINT pk_sync_policy PRIMARY KEY (tenant_id, kind, account_id, version),
    CONSTRAINT fk_sync_policy_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE TABLE due_record (
    tenant_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    times BIGINT NOT NULL,
    CONSTRAINT pk_due_record PRIMARY KEY (tenant_id, account_id, kind, external_id),
    CONSTRAINT fk_due_record_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE former_id (
    tenant_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    local_id BLOB NOT NULL,
    CONSTRAINT pk_former_id PRIMARY KEY (tenant_id, account_id, kind, external_id),
    CONSTRAINT fk_former_id_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE sync_conflict (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    local_id BLOB,
    local_version BIGINT NOT NULL,
    field TEXT NOT NULL,
    base TEXT NOT NULL,
    ours TEXT NOT NULL,
    theirs TEXT NOT NULL,
    ours_at BIGINT,
    theirs_at BIGINT,
    resolution_s BIGINT NOT NULL,
    skew_s BIGINT NOT NULL,
    candidates TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    run_id BLOB NOT NULL,
    state TEXT NOT NULL,
    choice TEXT,
    chosen TEXT,
    resolved_by TEXT,
    resolved_at BIGINT,
    opened_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_sync_conflict PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_sync_conflict_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE INDEX ix_sync_conflict_opened ON sync_conflict (tenant_id, opened_at, id);

CREATE INDEX ix_sync_conflict_state ON sync_conflict (tenant_id, state, opened_at, id);

CREATE UNIQUE INDEX uq_sync_conflict_open ON sync_conflict (tenant_id, account_id, kind, external_id, field) WHERE state = 'open';

CREATE TABLE sync_override (
    tenant_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    field TEXT NOT NULL,
    local_id BLOB NOT NULL,
    law TEXT NOT NULL,
    because TEXT NOT NULL,
    change_id BLOB,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    CONSTRAINT pk_sync_override PRIMARY KEY (tenant_id, account_id, kind, external_id, field),
    CONSTRAINT fk_sync_override_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE sync_plan (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    run_id BLOB NOT NULL,
    state TEXT NOT NULL,
    parts TEXT NOT NULL,
    accepted_by TEXT,
    reason TEXT,
    created_at BIGINT NOT NULL,
    applied_at BIGINT,
    CONSTRAINT pk_sync_plan PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_sync_plan_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE INDEX ix_sync_plan_account ON sync_plan (tenant_id, account_id, created_at, id);

CREATE INDEX ix_sync_plan_created ON sync_plan (tenant_id, created_at, id);

CREATE TABLE sync_push (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT,
    local_id BLOB NOT NULL,
    wanted TEXT NOT NULL,
    expected TEXT NOT NULL,
    run_id BLOB NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    why TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT pk_sync_push PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_sync_push_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE INDEX ix_sync_push_created ON sync_push (tenant_id, created_at, id);

CREATE INDEX ix_sync_push_state ON sync_push (tenant_id, state, created_at, id);

CREATE INDEX ix_sync_push_unanswered ON sync_push (tenant_id, account_id, kind, external_id) WHERE state != 'done' AND state != 'dropped';

CREATE INDEX ix_sync_push_waiting ON sync_push (tenant_id, account_id, kind, created_at, id) WHERE state = 'waiting';

CREATE UNIQUE INDEX uq_sync_push_making ON sync_push (tenant_id, kind, local_id) WHERE external_id IS NULL AND (state = 'waiting' OR state = 'unsure');

CREATE TABLE sync_state (
    tenant_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    phase TEXT NOT NULL,
    run_id BLOB,
    seen BIGINT NOT NULL,
    cursor TEXT,
    cursor_at BIGINT,
    complete_at BIGINT,
    succeeded_at BIGINT,
    policy_version BIGINT NOT NULL,
    place TEXT NOT NULL,
    CONSTRAINT pk_sync_state PRIMARY KEY (tenant_id, account_id, kind),
    CONSTRAINT fk_sync_state_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE sync_plan_step (
    tenant_id BLOB NOT NULL,
    plan_id BLOB NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    line TEXT NOT NULL,
    CONSTRAINT pk_sync_plan_step PRIMARY KEY (tenant_id, plan_id, number),
    CONSTRAINT fk_sync_plan_step_sync_plan FOREIGN KEY(tenant_id, plan_id) REFERENCES sync_plan (tenant_id, id)
) WITHOUT ROWID;
