-- Which devices have a live connection, by the process that holds it. The rows
-- count while their process lives.

CREATE TABLE presence (
    app_id     BYTEA   NOT NULL,
    user_id    BYTEA   NOT NULL,
    client_id  BYTEA   NOT NULL,
    process_id BYTEA   NOT NULL,
    foreground BOOLEAN NOT NULL, -- somebody looks at it
    PRIMARY KEY (app_id, user_id, client_id, process_id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE INDEX presence_by_process ON presence (process_id);

-- only: sqlite
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('presence', 'presence', '20000 200 2 1 1'),
    ('presence', 'presence_by_process', '20000 5000');
ANALYZE sqlite_schema;
-- end
