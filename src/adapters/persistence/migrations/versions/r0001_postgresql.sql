CREATE TABLE tenant (
    id UUID NOT NULL,
    slug TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    locale TEXT NOT NULL,
    region TEXT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_tenant PRIMARY KEY (id),
    CONSTRAINT uq_tenant_slug UNIQUE (slug)
);

CREATE TABLE api_key (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    hint TEXT COLLATE "C" NOT NULL,
    key_hash BYTEA NOT NULL,
    scopes TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_key PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_api_key_hash UNIQUE (key_hash),
    CONSTRAINT fk_api_key_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE INDEX ix_api_key_created ON api_key (tenant_id, created_at, id);

CREATE TABLE app_user (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_login_at TIMESTAMP WITH TIME ZONE,
    email_key TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    search_text TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_app_user PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_app_user_email UNIQUE (email_key),
    CONSTRAINT fk_app_user_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE INDEX ix_app_user_email ON app_user (tenant_id, email_key, id);

CREATE TABLE audit_entry (
    tenant_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    id UUID NOT NULL,
    principal TEXT NOT NULL,
    name TEXT NOT NULL,
    action TEXT NOT NULL,
    status INTEGER NOT NULL,
    correlation_id TEXT NOT NULL,
    address TEXT,
    CONSTRAINT pk_audit_entry PRIMARY KEY (tenant_id, at, id),
    CONSTRAINT fk_audit_entry_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE TABLE change (
    tenant_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    local_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    id UUID NOT NULL,
    run_id UUID NOT NULL,
    external_id TEXT NOT NULL,
    field TEXT NOT NULL,
    base TEXT NOT NULL,
    ours TEXT NOT NULL,
    theirs TEXT NOT NULL,
    side TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_change PRIMARY KEY (tenant_id, kind, local_id, at, id),
    CONSTRAINT fk_change_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE TABLE lead (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    phone_e164 TEXT,
    stage TEXT COLLATE "C" NOT NULL,
    stage_text TEXT,
    source TEXT,
    interested_in TEXT,
    message TEXT,
    notes TEXT,
    location TEXT,
    member_id UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version BIGINT NOT NULL,
    first_name_key TEXT COLLATE "C" NOT NULL,
    last_name_key TEXT COLLATE "C" NOT NULL,
    email_key TEXT COLLATE "C",
    search_text TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_lead PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_lead_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE INDEX ix_lead_created ON lead (tenant_id, created_at, id);

CREATE INDEX ix_lead_status ON lead (tenant_id, stage, id);

CREATE TABLE member (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    phone_e164 TEXT,
    status TEXT COLLATE "C" NOT NULL,
    status_text TEXT,
    location TEXT,
    joined_on DATE,
    born_on DATE,
    street TEXT,
    postcode TEXT,
    city TEXT,
    country TEXT,
    email_opt_in BOOLEAN,
    sms_opt_in BOOLEAN,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version BIGINT NOT NULL,
    first_name_key TEXT COLLATE "C" NOT NULL,
    last_name_key TEXT COLLATE "C" NOT NULL,
    email_key TEXT COLLATE "C",
    search_text TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_member PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_member_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE INDEX ix_member_name ON member (tenant_id, last_name_key, id);

CREATE INDEX ix_member_status ON member (tenant_id, status, id);

CREATE TABLE provider_account (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    base_url TEXT NOT NULL,
    credentials BYTEA,
    settings TEXT NOT NULL,
    writes_enabled BOOLEAN NOT NULL,
    credential_state TEXT NOT NULL,
    state_reason TEXT,
    told_owner_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_provider_account PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_provider_account_name UNIQUE (tenant_id, provider, name),
    CONSTRAINT fk_provider_account_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE TABLE site (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    zone TEXT,
    external_location TEXT,
    CONSTRAINT pk_site PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_site_name UNIQUE (tenant_id, name),
    CONSTRAINT fk_site_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE TABLE staff_task (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID,
    operation TEXT COLLATE "C" NOT NULL,
    title TEXT NOT NULL,
    reason TEXT NOT NULL,
    subject TEXT COLLATE "C",
    details TEXT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    done_by TEXT,
    note TEXT,
    title_key TEXT COLLATE "C" NOT NULL,
    search_text TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_staff_task PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_staff_task_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE INDEX ix_staff_task_created ON staff_task (tenant_id, created_at, id);

CREATE INDEX ix_staff_task_status ON staff_task (tenant_id, state, created_at, id);

CREATE INDEX ix_staff_task_subject ON staff_task (tenant_id, subject, operation, state);

CREATE TABLE sync_error (
    tenant_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    id UUID NOT NULL,
    run_id UUID NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    CONSTRAINT pk_sync_error PRIMARY KEY (tenant_id, at, id),
    CONSTRAINT fk_sync_error_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);

CREATE TABLE membership (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    member_id UUID NOT NULL,
    name TEXT NOT NULL,
    kind TEXT,
    starts_on DATE,
    ends_on DATE,
    cancels_on DATE,
    flagged_active BOOLEAN,
    deleted BOOLEAN NOT NULL,
    on_hold BOOLEAN NOT NULL,
    price_minor BIGINT,
    currency TEXT,
    auto_renew BOOLEAN,
    status TEXT COLLATE "C" NOT NULL,
    status_changes_on DATE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_membership PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_membership_member FOREIGN KEY(tenant_id, member_id) REFERENCES member (tenant_id, id)
);

CREATE INDEX ix_membership_member ON membership (tenant_id, member_id, id);

CREATE INDEX ix_membership_status ON membership (tenant_id, status, id);

CREATE INDEX ix_membership_turning ON membership (tenant_id, status_changes_on, id) WHERE status_changes_on IS NOT NULL;

CREATE TABLE package (
    tenant_id UUID NOT NULL,
    account_id UUID NOT NULL,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT,
    price_minor BIGINT,
    currency TEXT,
    commitment TEXT,
    CONSTRAINT pk_package PRIMARY KEY (tenant_id, account_id, position),
    CONSTRAINT fk_package_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE TABLE session (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_session PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_session_token UNIQUE (token_hash),
    CONSTRAINT fk_session_app_user FOREIGN KEY(tenant_id, user_id) REFERENCES app_user (tenant_id, id)
);

CREATE TABLE sync_record (
    tenant_id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    local_id UUID NOT NULL,
    local_version BIGINT NOT NULL,
    synced_at TIMESTAMP WITH TIME ZONE NOT NULL,
    base TEXT NOT NULL,
    CONSTRAINT pk_sync_record PRIMARY KEY (tenant_id, account_id, kind, external_id),
    CONSTRAINT fk_sync_record_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE INDEX ix_sync_record_local ON sync_record (tenant_id, local_id);

CREATE TABLE sync_run (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    forced BOOLEAN NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    reason TEXT,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_sync_run PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_sync_run_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
);

CREATE INDEX ix_sync_run_last ON sync_run (tenant_id, account_id, kind, state, started_at, id);

CREATE INDEX ix_sync_run_started ON sync_run (tenant_id, started_at, id);
