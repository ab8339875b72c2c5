-- Which devices have a live connection, by the process that holds it. The rows
-- count while their process lives.

CREATE TABLE presence (
    process_id BYTEA   NOT NULL,
    client_id  BYTEA   NOT NULL,
    app_id     BYTEA   NOT NULL,
    user_id    BYTEA   NOT NULL,
    foreground BOOLEAN NOT NULL, -- somebody looks at it
    PRIMARY KEY (process_id, client_id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE INDEX presence_by_user ON presence (app_id, user_id);

-- only: sqlite
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('presence', 'presence', '20000 5000 1'),
    ('presence', 'presence_by_user', '20000 200 2');
ANALYZE sqlite_schema;
-- end
