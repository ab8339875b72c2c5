-- Service accounts, menus and one-time codes.

CREATE TABLE service_accounts (
    id         BYTEA PRIMARY KEY,
    org_id     BYTEA  NOT NULL REFERENCES organizations (id),
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX service_accounts_by_org ON service_accounts (org_id, id);

-- The apps that a service account made or was granted.
CREATE TABLE service_grants (
    app_id     BYTEA  NOT NULL,
    service_id BYTEA  NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (app_id, service_id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE INDEX service_grants_by_account ON service_grants (service_id, app_id);

ALTER TABLE keys ADD COLUMN service_id BYTEA REFERENCES service_accounts (id);
CREATE INDEX keys_by_service ON keys (service_id, id) WHERE service_id IS NOT NULL;

CREATE TABLE menus (
    app_id         BYTEA NOT NULL,
    integration_id BYTEA NOT NULL, -- 12 zero bytes: the app's own
    doc            JSON  NOT NULL,
    PRIMARY KEY (app_id, integration_id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;

-- Codes that stand for a user, once. Only their digests are kept.
CREATE TABLE codes (
    expires_at     BIGINT NOT NULL,
    app_id         BYTEA  NOT NULL,
    digest         BYTEA  NOT NULL,
    kind           TEXT   NOT NULL CHECK (kind = 'auth' OR kind = 'link'),
    user_id        BYTEA  NOT NULL,
    integration_id BYTEA, -- of a link
    PRIMARY KEY (app_id, digest)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE INDEX codes_by_user ON codes (user_id);
CREATE INDEX codes_by_age ON codes (expires_at);

-- only: sqlite
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('service_accounts', 'service_accounts_by_org', '100 100 1'),
    ('service_grants', 'service_grants', '1000 2 1'),
    ('service_grants', 'service_grants_by_account', '1000 20 1'),
    ('keys', 'keys_by_service', '200 2 1'),
    ('menus', 'menus', '1000 3 1'),
    ('codes', 'codes', '100000 100000 1'),
    ('codes', 'codes_by_user', '100000 2'),
    ('codes', 'codes_by_age', '100000 10');
ANALYZE sqlite_schema;
-- end

-- only: postgres
ALTER TABLE codes ALTER COLUMN app_id SET (n_distinct = 1);
-- end
