-- Times are milliseconds since the Unix epoch, UTC. Ids are 12 bytes (16 for
-- deliveries) and begin with their time, so that history can be cut by id.
-- A field has a column only when a query searches, orders or constrains by it;
-- the rest lives in the row's document. Lists of values are chains of OR: for
-- every IN of more than two SQLite builds a table at each write.
-- Keys lead with the app. An index that begins with the id of one thing leaves
-- the app out, because ids are unique by themselves; queries name it all the same.
-- Documents are text: nothing searches in them, and JSONB takes half as much
-- again. In the tables that grow, columns of fixed width come first: PostgreSQL
-- aligns them.

CREATE TABLE system (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE organizations (
    id         BYTEA PRIMARY KEY,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE apps (
    id         BYTEA PRIMARY KEY,
    org_id     BYTEA  NOT NULL REFERENCES organizations (id),
    name       TEXT   NOT NULL,
    doc        JSON   NOT NULL, -- settings, metadata
    created_at BIGINT NOT NULL,
    deleted_at BIGINT           -- set: gone for callers, its rows are being removed
);
CREATE INDEX apps_by_org ON apps (org_id, id);

-- Keys and integrations are found by their id alone, which yields the app.
CREATE TABLE keys (
    id         BYTEA PRIMARY KEY,
    org_id     BYTEA  NOT NULL REFERENCES organizations (id),
    app_id     BYTEA REFERENCES apps (id),
    scope      TEXT   NOT NULL CHECK (scope = 'account' OR scope = 'app'),
    name       TEXT   NOT NULL,
    secret     BYTEA  NOT NULL, -- encrypted
    created_at BIGINT NOT NULL
);
CREATE INDEX keys_by_owner ON keys (org_id, app_id, id);

CREATE TABLE integrations (
    id           BYTEA PRIMARY KEY,
    app_id       BYTEA  NOT NULL REFERENCES apps (id),
    type         TEXT   NOT NULL,
    status       TEXT   NOT NULL CHECK (status = 'active' OR status = 'inactive' OR status = 'error'),
    doc          JSON   NOT NULL, -- display name, settings, info, delivery settings
    secrets      BYTEA  NOT NULL, -- encrypted JSON object
    paused_until BIGINT NOT NULL DEFAULT 0,
    pause_reason TEXT   NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE INDEX integrations_by_app ON integrations (app_id, id);

CREATE TABLE users (
    app_id              BYTEA   NOT NULL,
    id                  BYTEA   NOT NULL,
    external_id         TEXT,
    conversation_id     BYTEA, -- the default conversation, once it started
    credential_required BOOLEAN NOT NULL,
    doc                 JSON    NOT NULL, -- profile
    created_at          BIGINT  NOT NULL,
    PRIMARY KEY (app_id, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE UNIQUE INDEX users_by_external_id ON users (app_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE clients (
    app_id          BYTEA   NOT NULL,
    id              BYTEA   NOT NULL,
    user_id         BYTEA   NOT NULL,
    integration_id  BYTEA   NOT NULL,
    platform        TEXT    NOT NULL,
    address         TEXT    NOT NULL,
    status          TEXT    NOT NULL CHECK (status = 'active' OR status = 'pending' OR status = 'inactive' OR status = 'blocked'),
    is_primary      BOOLEAN NOT NULL,
    conversation_id BYTEA, -- where messages through this client belong
    doc             JSON    NOT NULL,
    linked_at       BIGINT  NOT NULL,
    last_seen       BIGINT  NOT NULL,
    PRIMARY KEY (app_id, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
-- An address belongs to one user per integration; a link under way does not count yet.
CREATE UNIQUE INDEX clients_by_address ON clients (app_id, address, platform, integration_id) WHERE status <> 'pending';
CREATE INDEX clients_by_user ON clients (user_id);
CREATE INDEX clients_pending ON clients (app_id, address, platform, integration_id) WHERE status = 'pending';

CREATE TABLE conversations (
    app_id        BYTEA  NOT NULL,
    id            BYTEA  NOT NULL,
    user_id       BYTEA  NOT NULL,
    seq           BIGINT NOT NULL, -- of the newest message
    last_received BIGINT NOT NULL,
    messages      BIGINT NOT NULL,
    unread        BIGINT NOT NULL,
    business_read BIGINT NOT NULL,
    user_read     BIGINT NOT NULL,
    last_user_at  BIGINT NOT NULL,
    context_from  BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (app_id, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
-- only: postgres
WITH (fillfactor = 80)
-- end
;
CREATE INDEX conversations_by_user ON conversations (user_id);

CREATE TABLE messages (
    received        BIGINT  NOT NULL, -- strictly increasing within the conversation
    seq             INTEGER NOT NULL,
    app_id          BYTEA   NOT NULL,
    id              BYTEA   NOT NULL,
    conversation_id BYTEA,            -- NULL: sent, but not part of a conversation
    user_id         BYTEA   NOT NULL,
    notification_id BYTEA,
    role            TEXT    NOT NULL CHECK (role = 'appMaker' OR role = 'appUser'),
    source          TEXT,             -- NULL: a notification
    doc             JSON    NOT NULL,
    integration_id  BYTEA,
    external_id     TEXT,
    source_at       BIGINT,
    PRIMARY KEY (app_id, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
-- source_at of a notification is when it was scheduled for.
CREATE INDEX messages_scheduled ON messages (conversation_id, source_at) WHERE notification_id IS NOT NULL AND source_at IS NOT NULL;
CREATE INDEX messages_by_conversation ON messages (conversation_id, received) WHERE conversation_id IS NOT NULL;
CREATE INDEX messages_apart ON messages (user_id) WHERE conversation_id IS NULL;

-- The history of deliveries. What waits is in queue.
CREATE TABLE deliveries (
    due_at          BIGINT   NOT NULL,
    sent_at         BIGINT   NOT NULL,
    final_at        BIGINT   NOT NULL,
    class           SMALLINT NOT NULL, -- 0 transactional, 1 conversational, 2 marketing; the category follows from it
    slot            SMALLINT NOT NULL,
    attempts        SMALLINT NOT NULL,
    app_id          BYTEA    NOT NULL,
    id              BYTEA    NOT NULL, -- UUIDv7
    integration_id  BYTEA    NOT NULL,
    message_id      BYTEA    NOT NULL,
    user_id         BYTEA,
    client_id       BYTEA,
    conversation_id BYTEA,
    address         TEXT     NOT NULL,
    kind            TEXT     NOT NULL CHECK (kind = 'notification' OR kind = 'message' OR kind = 'link' OR kind = 'system'),
    channel         TEXT     NOT NULL,
    status          TEXT     NOT NULL CHECK (status = 'scheduled' OR status = 'queued' OR status = 'unknown' OR status = 'channel' OR status = 'user' OR status = 'failed' OR status = 'expired' OR status = 'cancelled'),
    reason          TEXT     NOT NULL,
    doc             JSON     NOT NULL,
    PRIMARY KEY (app_id, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE INDEX deliveries_by_integration ON deliveries (integration_id, id);
CREATE INDEX deliveries_by_message ON deliveries (message_id) WHERE kind <> 'notification';
CREATE INDEX deliveries_rare ON deliveries (app_id, status, id) WHERE status = 'scheduled' OR status = 'unknown' OR status = 'failed' OR status = 'expired' OR status = 'cancelled';

-- What is to be sent. Narrow: a row is inserted at accept, updated in place at a
-- claim, and deleted when it is done. Its key is the order of work in a lane.
-- state: 0 ready, 1 an attempt is under way, 2 its outcome is unknown, 3 held for a person.
CREATE TABLE queue (
    slot           SMALLINT NOT NULL,
    integration_id BYTEA    NOT NULL,
    class          SMALLINT NOT NULL,
    due_at         BIGINT   NOT NULL,
    id             BYTEA    NOT NULL,
    app_id         BYTEA    NOT NULL,
    state          SMALLINT NOT NULL,
    attempt        SMALLINT NOT NULL,
    started_at     BIGINT   NOT NULL,
    PRIMARY KEY (slot, integration_id, class, due_at, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
-- only: postgres
WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)
-- end
;

-- When it happened is in the id, and in the document if that was another millisecond.
CREATE TABLE events (
    app_id          BYTEA  NOT NULL,
    id              BYTEA  NOT NULL,
    type            TEXT   NOT NULL,
    doc             JSON   NOT NULL,
    delivery_id     BYTEA,
    user_id         BYTEA,
    conversation_id BYTEA,
    message_id      BYTEA,
    PRIMARY KEY (app_id, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE INDEX events_by_delivery ON events (delivery_id) WHERE delivery_id IS NOT NULL;

-- What a provider sent, once.
CREATE TABLE inbound (
    app_id         BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    integration_id BYTEA  NOT NULL,
    fact_key       TEXT   NOT NULL,
    at             BIGINT NOT NULL,
    raw            BYTEA  NOT NULL,
    PRIMARY KEY (app_id, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE UNIQUE INDEX inbound_once ON inbound (integration_id, fact_key);

CREATE TABLE suppressions (
    app_id         BYTEA  NOT NULL,
    address        TEXT   NOT NULL,
    integration_id BYTEA  NOT NULL, -- 12 zero bytes: every sender of the app
    scope          TEXT   NOT NULL CHECK (scope = 'sender' OR scope = 'marketing' OR scope = 'all'),
    source         TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    since          BIGINT NOT NULL,
    PRIMARY KEY (app_id, address, integration_id, scope)
)
-- only: sqlite
WITHOUT ROWID
-- end
;

CREATE TABLE consents (
    app_id  BYTEA  NOT NULL,
    id      BYTEA  NOT NULL,
    address TEXT   NOT NULL,
    user_id BYTEA,
    at      BIGINT NOT NULL,
    doc     JSON   NOT NULL, -- action, scope, source, integration, evidence
    PRIMARY KEY (app_id, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE INDEX consents_by_address ON consents (app_id, address, id);

CREATE TABLE idempotency (
    app_id BYTEA    NOT NULL,
    route  TEXT     NOT NULL,
    key    TEXT     NOT NULL,
    digest BYTEA    NOT NULL, -- of the request's body
    status SMALLINT NOT NULL,
    answer TEXT     NOT NULL,
    at     BIGINT   NOT NULL,
    PRIMARY KEY (app_id, route, key)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE INDEX idempotency_by_age ON idempotency (at);

CREATE TABLE webhooks (
    app_id         BYTEA   NOT NULL,
    id             BYTEA   NOT NULL,
    integration_id BYTEA, -- set: an integration's own webhook, only its events
    triggers       BIGINT  NOT NULL, -- bit mask
    disabled       TEXT    NOT NULL, -- why; '' while it is enabled
    secret         BYTEA   NOT NULL, -- encrypted
    doc            JSON    NOT NULL, -- target, trigger names, switches
    created_at     BIGINT  NOT NULL,
    PRIMARY KEY (app_id, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;

-- What is to be told. The key keeps the order of events within a webhook; okey
-- is what order is promised for (a conversation, a user, an app).
CREATE TABLE webhook_queue (
    slot       SMALLINT NOT NULL,
    webhook_id BYTEA    NOT NULL,
    event_id   BYTEA    NOT NULL,
    app_id     BYTEA    NOT NULL,
    okey       BYTEA    NOT NULL,
    due_at     BIGINT   NOT NULL,
    attempt    SMALLINT NOT NULL,
    parked     SMALLINT NOT NULL, -- 1: it no longer holds its key's later events
    first_at   BIGINT   NOT NULL,
    body       BYTEA,             -- kept from the first failed attempt on, so that retries are equal
    PRIMARY KEY (slot, webhook_id, event_id)
)
-- only: sqlite
WITHOUT ROWID
-- end
-- only: postgres
WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)
-- end
;

CREATE INDEX webhook_queue_parked ON webhook_queue (slot, webhook_id, due_at) WHERE parked = 1;

CREATE TABLE webhook_log (
    app_id     BYTEA    NOT NULL,
    event_id   BYTEA    NOT NULL,
    webhook_id BYTEA    NOT NULL,
    attempt    SMALLINT NOT NULL,
    at         BIGINT   NOT NULL,
    status     SMALLINT NOT NULL, -- HTTP status; 0: no answer
    took_ms    BIGINT   NOT NULL,
    outcome    TEXT     NOT NULL CHECK (outcome = 'done' OR outcome = 'retry' OR outcome = 'refused' OR outcome = 'dead'),
    error      TEXT     NOT NULL,
    PRIMARY KEY (app_id, event_id, webhook_id, attempt, at)
)
-- only: sqlite
WITHOUT ROWID
-- end
;

CREATE INDEX webhook_log_failed ON webhook_log (app_id, webhook_id, event_id, attempt, at) WHERE outcome <> 'done';

-- Which process works on which slot. A process that takes a slot over raises
-- its epoch; one whose heartbeat is old has lost its slots.
CREATE TABLE processes (
    id           BYTEA PRIMARY KEY,
    host         TEXT   NOT NULL,
    started_at   BIGINT NOT NULL,
    heartbeat_at BIGINT NOT NULL
);

CREATE TABLE leases (
    slot    SMALLINT PRIMARY KEY,
    process BYTEA,
    epoch   BIGINT NOT NULL
);
