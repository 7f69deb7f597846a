CREATE TABLE tenant (
    id BLOB NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    locale TEXT NOT NULL,
    region TEXT NOT NULL,
    currency TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_tenant PRIMARY KEY (id),
    CONSTRAINT uq_tenant_slug UNIQUE (slug)
) WITHOUT ROWID;

CREATE TABLE api_key (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    key_hash BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    CONSTRAINT pk_api_key PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_api_key_hash UNIQUE (key_hash),
    CONSTRAINT fk_api_key_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE INDEX ix_api_key_created ON api_key (tenant_id, created_at, id);

CREATE TABLE app_user (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_login_at BIGINT,
    email_key TEXT NOT NULL,
    name_key TEXT NOT NULL,
    search_text TEXT NOT NULL,
    CONSTRAINT pk_app_user PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_app_user_email UNIQUE (email_key),
    CONSTRAINT fk_app_user_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE INDEX ix_app_user_email ON app_user (tenant_id, email_key, id);

CREATE TABLE audit_entry (
    tenant_id BLOB NOT NULL,
    at BIGINT NOT NULL,
    id BLOB NOT NULL,
    principal TEXT NOT NULL,
    name TEXT NOT NULL,
    action TEXT NOT NULL,
    status INTEGER NOT NULL,
    correlation_id TEXT NOT NULL,
    address TEXT,
    CONSTRAINT pk_audit_entry PRIMARY KEY (tenant_id, at, id),
    CONSTRAINT fk_audit_entry_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

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
    side TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_change PRIMARY KEY (tenant_id, kind, local_id, at, id),
    CONSTRAINT fk_change_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE TABLE lead (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    phone_e164 TEXT,
    stage TEXT NOT NULL,
    stage_text TEXT,
    source TEXT,
    interested_in TEXT,
    message TEXT,
    notes TEXT,
    location TEXT,
    member_id BLOB,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    first_name_key TEXT NOT NULL,
    last_name_key TEXT NOT NULL,
    email_key TEXT,
    search_text TEXT NOT NULL,
    CONSTRAINT pk_lead PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_lead_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE INDEX ix_lead_created ON lead (tenant_id, created_at, id);

CREATE INDEX ix_lead_status ON lead (tenant_id, stage, id);

CREATE TABLE member (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    phone_e164 TEXT,
    status TEXT NOT NULL,
    status_text TEXT,
    location TEXT,
    joined_on TEXT,
    born_on TEXT,
    street TEXT,
    postcode TEXT,
    city TEXT,
    country TEXT,
    email_opt_in BOOLEAN,
    sms_opt_in BOOLEAN,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    first_name_key TEXT NOT NULL,
    last_name_key TEXT NOT NULL,
    email_key TEXT,
    search_text TEXT NOT NULL,
    CONSTRAINT pk_member PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_member_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE INDEX ix_member_name ON member (tenant_id, last_name_key, id);

CREATE INDEX ix_member_status ON member (tenant_id, status, id);

CREATE TABLE provider_account (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    base_url TEXT NOT NULL,
    credentials BLOB,
    settings TEXT NOT NULL,
    writes_enabled BOOLEAN NOT NULL,
    credential_state TEXT NOT NULL,
    state_reason TEXT,
    told_owner_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_provider_account PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_provider_account_name UNIQUE (tenant_id, provider, name),
    CONSTRAINT fk_provider_account_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE TABLE site (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    zone TEXT,
    external_location TEXT,
    CONSTRAINT pk_site PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_site_name UNIQUE (tenant_id, name),
    CONSTRAINT fk_site_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

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
    title_key TEXT NOT NULL,
    search_text TEXT NOT NULL,
    CONSTRAINT pk_staff_task PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_staff_task_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE INDEX ix_staff_task_created ON staff_task (tenant_id, created_at, id);

CREATE INDEX ix_staff_task_status ON staff_task (tenant_id, state, created_at, id);

CREATE INDEX ix_staff_task_subject ON staff_task (tenant_id, subject, operation, state);

CREATE TABLE sync_error (
    tenant_id BLOB NOT NULL,
    at BIGINT NOT NULL,
    id BLOB NOT NULL,
    run_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    CONSTRAINT pk_sync_error PRIMARY KEY (tenant_id, at, id),
    CONSTRAINT fk_sync_error_tenant FOREIGN KEY(tenant_id) REFERENCES tenant (id)
) WITHOUT ROWID;

CREATE TABLE membership (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    name TEXT NOT NULL,
    kind TEXT,
    starts_on TEXT,
    ends_on TEXT,
    cancels_on TEXT,
    flagged_active BOOLEAN,
    deleted BOOLEAN NOT NULL,
    on_hold BOOLEAN NOT NULL,
    price_minor BIGINT,
    currency TEXT,
    auto_renew BOOLEAN,
    status TEXT NOT NULL,
    status_changes_on TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_membership PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_membership_member FOREIGN KEY(tenant_id, member_id) REFERENCES member (tenant_id, id)
) WITHOUT ROWID;

CREATE INDEX ix_membership_member ON membership (tenant_id, member_id, id);

CREATE INDEX ix_membership_status ON membership (tenant_id, status, id);

CREATE INDEX ix_membership_turning ON membership (tenant_id, status_changes_on, id) WHERE status_changes_on IS NOT NULL;

CREATE TABLE package (
    tenant_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT,
    price_minor BIGINT,
    currency TEXT,
    commitment TEXT,
    CONSTRAINT pk_package PRIMARY KEY (tenant_id, account_id, position),
    CONSTRAINT fk_package_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE session (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    CONSTRAINT pk_session PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_session_token UNIQUE (token_hash),
    CONSTRAINT fk_session_app_user FOREIGN KEY(tenant_id, user_id) REFERENCES app_user (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE sync_record (
    tenant_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    local_id BLOB NOT NULL,
    local_version BIGINT NOT NULL,
    synced_at BIGINT NOT NULL,
    base TEXT NOT NULL,
    CONSTRAINT pk_sync_record PRIMARY KEY (tenant_id, account_id, kind, external_id),
    CONSTRAINT fk_sync_record_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE INDEX ix_sync_record_local ON sync_record (tenant_id, local_id);

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
    reason TEXT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    CONSTRAINT pk_sync_run PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_sync_run_provider_account FOREIGN KEY(tenant_id, account_id) REFERENCES provider_account (tenant_id, id)
) WITHOUT ROWID;

CREATE INDEX ix_sync_run_last ON sync_run (tenant_id, account_id, kind, state, started_at, id);

CREATE INDEX ix_sync_run_started ON sync_run (tenant_id, started_at, id);
