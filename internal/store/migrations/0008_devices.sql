-- Devices that run our SDK are clients. One is found by where it takes pushes,
-- because that can move to another: the SHA-256 of the token.
ALTER TABLE clients ADD COLUMN push_digest BYTEA;
CREATE INDEX clients_by_push ON clients (app_id, push_digest) WHERE push_digest IS NOT NULL;

-- only: sqlite
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('clients', 'clients_by_push', '1000000 1000000 1');
ANALYZE sqlite_schema;
-- end
