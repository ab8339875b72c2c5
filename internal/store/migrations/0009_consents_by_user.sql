-- What a person said holds for a device that is theirs later.
CREATE INDEX consents_by_user ON consents (app_id, user_id, id) WHERE user_id IS NOT NULL;

-- only: sqlite
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('consents', 'consents_by_user', '100000 100000 2 1');
ANALYZE sqlite_schema;
-- end
