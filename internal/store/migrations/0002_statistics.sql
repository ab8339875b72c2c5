-- What the planners are to think of the data.

-- only: sqlite
-- SQLite's planner knows nothing by itself, and would take the first column of
-- every key, the app, for a good one to search by: but an app may own everything.
-- The figures are rows, then rows for each value of the first column, of the
-- first two, and so on. They are fixed, so that plans never change by themselves.
ANALYZE;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('users', 'users', '1000000 1000000 1'),
    ('users', 'users_by_external_id', '1000000 1000000 1'),
    ('clients', 'clients', '1000000 1000000 1'),
    ('clients', 'clients_by_address', '1000000 1000000 2 2 1'),
    ('clients', 'clients_by_user', '1000000 2'),
    ('clients', 'clients_pending', '10000 10000 2 2 2'),
    ('conversations', 'conversations', '1000000 1000000 1'),
    ('conversations', 'conversations_by_user', '1000000 1'),
    ('messages', 'messages', '10000000 10000000 1'),
    ('messages', 'messages_by_conversation', '10000000 50 1'),
    ('messages', 'messages_scheduled', '100000 2 1'),
    ('messages', 'messages_apart', '100000 10'),
    ('deliveries', 'deliveries', '10000000 10000000 1'),
    ('deliveries', 'deliveries_by_integration', '10000000 1000000 1'),
    ('deliveries', 'deliveries_by_message', '1000000 1'),
    ('deliveries', 'deliveries_rare', '100000 100000 25000 1'),
    ('queue', 'queue', '100000 400 100 50 2 1'),
    ('events', 'events', '30000000 30000000 1'),
    ('events', 'events_by_delivery', '30000000 3'),
    ('inbound', 'inbound', '1000000 1000000 1'),
    ('inbound', 'inbound_once', '1000000 200000 1'),
    ('suppressions', 'suppressions', '100000 100000 2 2 1'),
    ('consents', 'consents', '100000 100000 1'),
    ('consents', 'consents_by_address', '100000 100000 2 1'),
    ('idempotency', 'idempotency', '1000000 1000000 500000 1'),
    ('idempotency', 'idempotency_by_age', '1000000 10'),
    ('webhooks', 'webhooks', '1000 3 1'),
    ('webhook_queue', 'webhook_queue', '100000 400 200 1'),
    ('webhook_queue', 'webhook_queue_parked', '1000 20 10 1'),
    ('webhook_log', 'webhook_log', '10000000 10000000 2 2 1 1'),
    ('webhook_log', 'webhook_log_failed', '100000 100000 10000 2 1 1'),
    ('apps', 'apps_by_org', '1000 1000 1'),
    ('keys', 'keys_by_owner', '2000 2000 3 1'),
    ('integrations', 'integrations_by_app', '10000 10 1');
ANALYZE sqlite_schema;
-- end

-- only: postgres
-- PostgreSQL looks for itself, but would find what an app has by the app alone
-- while it has seen few rows. It is told for good that the app narrows nothing
-- down, and shown a row of each table, so that it knows from the start. This is a
-- transaction of its own: only there does TRUNCATE make it forget that the tables
-- are empty.
ALTER TABLE users ALTER COLUMN app_id SET (n_distinct = 1);
ALTER TABLE clients ALTER COLUMN app_id SET (n_distinct = 1);
ALTER TABLE conversations ALTER COLUMN app_id SET (n_distinct = 1);
ALTER TABLE messages ALTER COLUMN app_id SET (n_distinct = 1);
ALTER TABLE deliveries ALTER COLUMN app_id SET (n_distinct = 1);
ALTER TABLE events ALTER COLUMN app_id SET (n_distinct = 1);
ALTER TABLE inbound ALTER COLUMN app_id SET (n_distinct = 1);
ALTER TABLE consents ALTER COLUMN app_id SET (n_distinct = 1);
ALTER TABLE suppressions ALTER COLUMN app_id SET (n_distinct = 1);
ALTER TABLE idempotency ALTER COLUMN app_id SET (n_distinct = 1);
ALTER TABLE webhook_log ALTER COLUMN app_id SET (n_distinct = 1);
INSERT INTO users (app_id, id, external_id, conversation_id, credential_required, doc, created_at) VALUES ('a', 'u', 'x', 'c', FALSE, '{}', 0);
INSERT INTO clients (app_id, id, user_id, integration_id, platform, address, status, is_primary, conversation_id, doc, linked_at, last_seen)
    VALUES ('a', 'k', 'u', 'i', 'p', 'x', 'active', TRUE, 'c', '{}', 0, 0);
INSERT INTO conversations (app_id, id, user_id, seq, last_received, messages, unread, business_read, user_read, last_user_at, context_from, created_at)
    VALUES ('a', 'c', 'u', 1, 0, 1, 1, 0, 0, 0, 0, 0);
INSERT INTO messages (app_id, id, conversation_id, user_id, notification_id, seq, received, role, doc) VALUES ('a', 'm', 'c', 'u', 'd', 1, 0, 'appMaker', '{}');
INSERT INTO deliveries (app_id, id, integration_id, message_id, user_id, client_id, conversation_id, address, kind, channel, status, reason, class, slot, attempts, due_at, sent_at, final_at, doc)
    VALUES ('a', 'd', 'i', 'm', 'u', 'k', 'c', 'x', 'notification', 'p', 'user', '', 0, 0, 1, 0, 0, 0, '{}');
INSERT INTO events (app_id, id, type, doc, delivery_id) VALUES ('a', 'e', 'channel', '{}', 'd');
INSERT INTO inbound (app_id, id, integration_id, fact_key, at, raw) VALUES ('a', 'r', 'i', 'x', 0, '');
INSERT INTO consents (app_id, id, address, at, doc) VALUES ('a', 'r', 'x', 0, '{}');
INSERT INTO suppressions (app_id, address, integration_id, scope, source, reason, since) VALUES ('a', 'x', 'i', 'all', '', '', 0);
INSERT INTO idempotency (app_id, route, key, digest, status, answer, at) VALUES ('a', 'r', 'k', '', 201, '', 0);
INSERT INTO webhook_log (app_id, event_id, webhook_id, attempt, at, status, took_ms, outcome, error) VALUES ('a', 'e', 'w', 1, 0, 200, 0, 'done', '');
ANALYZE users, clients, conversations, messages, deliveries, events, inbound, consents, suppressions, idempotency, webhook_log;
TRUNCATE users, clients, conversations, messages, deliveries, events, inbound, consents, suppressions, idempotency, webhook_log;
-- end
