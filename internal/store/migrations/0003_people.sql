-- Suppressions that end by themselves, and people with several addresses.

ALTER TABLE suppressions ADD COLUMN until_at BIGINT NOT NULL DEFAULT 0; -- 0: until somebody lifts it

-- Another name that a provider has for an address: a business-scoped id beside a
-- phone number. address is the one that clients, deliveries and suppressions use.
CREATE TABLE aliases (
    app_id   BYTEA  NOT NULL,
    platform TEXT   NOT NULL,
    alias    TEXT   NOT NULL,
    address  TEXT   NOT NULL,
    since    BIGINT NOT NULL,
    PRIMARY KEY (app_id, alias, platform)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE INDEX aliases_by_address ON aliases (app_id, address, platform);

-- only: sqlite
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('aliases', 'aliases', '1000000 1000000 2 1'),
    ('aliases', 'aliases_by_address', '1000000 1000000 2 2 1');
-- end
