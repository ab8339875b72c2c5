-- A file of ours: what a customer sent, or what the business uploaded.
-- due_at is when somebody has to see to it, and NULL once nobody has: pending,
-- to be fetched; fetching, the end of the lease; uploading, when it is taken for
-- abandoned; gone, at once.
CREATE TABLE media (
    app_id         BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    secret         BYTEA  NOT NULL, -- a part of its URL
    state          TEXT   NOT NULL CHECK (state = 'uploading' OR state = 'pending' OR state = 'fetching' OR state = 'stored' OR state = 'lost' OR state = 'gone'),
    origin         TEXT   NOT NULL CHECK (origin = 'upload' OR origin = 'inbound'),
    access         TEXT   NOT NULL CHECK (access = 'public' OR access = 'private'),
    type           TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    size           BIGINT NOT NULL,
    sha256         BYTEA,           -- NULL: not stored yet
    user_id        BYTEA,           -- whose it is; NULL: the business's own
    message_id     BYTEA,           -- the message that it goes with
    integration_id BYTEA,           -- that brought it
    source         JSON   NOT NULL, -- where the provider has it
    attempts       SMALLINT NOT NULL,
    tried_at       BIGINT NOT NULL, -- when the newest attempt began
    due_at         BIGINT,
    reason         TEXT   NOT NULL, -- of the newest failure
    created_at     BIGINT NOT NULL,
    PRIMARY KEY (app_id, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE INDEX media_due ON media (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX media_by_message ON media (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX media_by_user ON media (user_id) WHERE user_id IS NOT NULL;

-- What is in the files, in pieces of 256 KiB; the last one is what is left.
CREATE TABLE media_chunks (
    app_id   BYTEA   NOT NULL,
    media_id BYTEA   NOT NULL,
    n        INTEGER NOT NULL,
    data     BYTEA   NOT NULL,
    PRIMARY KEY (app_id, media_id, n)
);
-- only: postgres
-- Most files are compressed already.
ALTER TABLE media_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
-- end

-- only: sqlite
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('media', 'media', '1000000 1000000 1'),
    ('media', 'media_due', '1000 1'),
    ('media', 'media_by_message', '1000000 1'),
    ('media', 'media_by_user', '1000000 10'),
    ('media_chunks', 'sqlite_autoindex_media_chunks_1', '10000000 10000000 10 1');
ANALYZE sqlite_schema;
-- end
-- only: postgres
ALTER TABLE media ALTER COLUMN app_id SET (n_distinct = 1);
ALTER TABLE media_chunks ALTER COLUMN app_id SET (n_distinct = 1);
-- end
