-- Messages that an app keeps under a name.
CREATE TABLE templates (
    app_id     BYTEA  NOT NULL,
    id         BYTEA  NOT NULL,
    name       TEXT   NOT NULL,
    doc        JSON   NOT NULL, -- the message, as it would be posted
    created_at BIGINT NOT NULL,
    PRIMARY KEY (app_id, id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE UNIQUE INDEX templates_by_name ON templates (app_id, name);

-- What providers said their message templates are: one row for each language.
CREATE TABLE template_definitions (
    app_id         BYTEA NOT NULL,
    integration_id BYTEA NOT NULL,
    name           TEXT  NOT NULL,
    language       TEXT  NOT NULL,
    doc            JSON  NOT NULL,
    PRIMARY KEY (app_id, integration_id, name, language)
)
-- only: sqlite
WITHOUT ROWID
-- end
;

-- When an integration's definitions are to be asked for again. settings_at is
-- the integration's updated_at when that was decided: settings that changed
-- since make it due at once.
CREATE TABLE template_sources (
    due_at         BIGINT NOT NULL,
    settings_at    BIGINT NOT NULL,
    app_id         BYTEA  NOT NULL,
    integration_id BYTEA  NOT NULL,
    PRIMARY KEY (app_id, integration_id)
)
-- only: sqlite
WITHOUT ROWID
-- end
;
CREATE INDEX integrations_by_type ON integrations (type, id);

-- only: sqlite
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('templates', 'templates', '10000 10000 1'),
    ('templates', 'templates_by_name', '10000 10000 1'),
    ('template_definitions', 'template_definitions', '10000 10000 200 2 1'),
    ('template_sources', 'template_sources', '1000 1000 1'),
    ('integrations', 'integrations_by_type', '10000 3000 1');
ANALYZE sqlite_schema;
-- end
