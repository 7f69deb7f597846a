CREATE TABLE edited_record (
    tenant_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    local_id UUID NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_edited_record PRIMARY KEY (tenant_id, kind, local_id),
    CONSTRAINT fk_edited_record_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE TABLE sync_policy (
    tenant_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    account_id UUID NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sync_policy PRIMARY KEY (tenant_id, kind, account_id, version),
    CONSTRAINT fk_sync_policy_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE TABLE due_record (
    tenant_id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    times BIGINT NOT NULL,
    CONSTRAINT pk_due_record PRIMARY KEY (tenant_id, account_id, kind, external_id),
    CONSTRAINT fk_due_record_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE TABLE former_id (
    tenant_id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    local_id UUID NOT NULL,
    CONSTRAINT pk_former_id PRIMARY KEY (tenant_id, account_id, kind, external_id),
    CONSTRAINT fk_former_id_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE TABLE sync_conflict (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    local_id UUID,
    local_version BIGINT NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    base TEXT NOT NULL,
    ours TEXT NOT NULL,
    theirs TEXT NOT NULL,
    ours_at TIMESTAMP WITH TIME ZONE,
    theirs_at TIMESTAMP WITH TIME ZONE,
    resolution_s BIGINT NOT NULL,
    skew_s BIGINT NOT NULL,
    candidates TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    run_id UUID NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    choice TEXT,
    chosen TEXT,
    resolved_by TEXT,
    resolved_at TIMESTAMP WITH TIME ZONE,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_sync_conflict PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_sync_conflict_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE INDEX ix_sync_conflict_opened ON sync_conflict (tenant_id, opened_at, id);

CREATE INDEX ix_sync_conflict_state ON sync_conflict (tenant_id, state, opened_at, id);

CREATE UNIQUE INDEX uq_sync_conflict_open ON sync_conflict (tenant_id, account_id, kind, external_id, field) WHERE state = 'open';

CREATE TABLE sync_override (
    tenant_id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    local_id UUID NOT NULL,
    law TEXT NOT NULL,
    because TEXT NOT NULL,
    change_id UUID,
    set_by TEXT NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sync_override PRIMARY KEY (tenant_id, account_id, kind, external_id, field),
    CONSTRAINT fk_sync_override_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE TABLE sync_plan (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    run_id UUID NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    parts TEXT NOT NULL,
    accepted_by TEXT,
    reason TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    applied_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_sync_plan PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_sync_plan_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE INDEX ix_sync_plan_account ON sync_plan (tenant_id, account_id, created_at, id);

CREATE INDEX ix_sync_plan_created ON sync_plan (tenant_id, created_at, id);

CREATE TABLE sync_push (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C",
    local_id UUID NOT NULL,
    wanted TEXT NOT NULL,
    expected TEXT NOT NULL,
    run_id UUID NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    why TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sync_push PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_sync_push_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE INDEX ix_sync_push_created ON sync_push (tenant_id, created_at, id);

CREATE INDEX ix_sync_push_state ON sync_push (tenant_id, state, created_at, id);

CREATE INDEX ix_sync_push_unanswered ON sync_push (tenant_id, account_id, kind, external_id) WHERE state != 'done' AND state != 'dropped';

CREATE INDEX ix_sync_push_waiting ON sync_push (tenant_id, account_id, kind, created_at, id) WHERE state = 'waiting';

CREATE UNIQUE INDEX uq_sync_push_making ON sync_push (tenant_id, kind, local_id) WHERE external_id IS NULL AND (state = 'waiting' OR state = 'unsure');

CREATE TABLE sync_state (
    tenant_id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    phase TEXT NOT NULL,
    run_id UUID,
    seen BIGINT NOT NULL,
    cursor TEXT,
    cursor_at TIMESTAMP WITH TIME ZONE,
    complete_at TIMESTAMP WITH TIME ZONE,
    succeeded_at TIMESTAMP WITH TIME ZONE,
    policy_version BIGINT NOT NULL,
    place TEXT NOT NULL,
    CONSTRAINT pk_sync_state PRIMARY KEY (tenant_id, account_id, kind),
    CONSTRAINT fk_sync_state_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE TABLE sync_plan_step (
    tenant_id UUID NOT NULL,
    plan_id UUID NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    line TEXT NOT NULL,
    CONSTRAINT pk_sync_plan_step PRIMARY KEY (tenant_id, plan_id, number),
    CONSTRAINT fk_sync_plan_step_sync_plan FOREIGN KEY(tenant_id, plan_id) REFERENCES sync_plan (tenant_id, id)
);
