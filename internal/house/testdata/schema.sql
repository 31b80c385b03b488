CREATE TABLE association (
    id          BIGINT  NOT NULL PRIMARY KEY,
    slug        TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    purpose     TEXT    NOT NULL,
    place       TEXT    NOT NULL,
    language    TEXT    NOT NULL,
    time_zone   TEXT    NOT NULL,
    answer_days BIGINT  NOT NULL,
    created_at  BIGINT  NOT NULL
);
CREATE TABLE conversation (
    association_id BIGINT NOT NULL REFERENCES association (id),
    id             BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    PRIMARY KEY (association_id, id)
);
CREATE TABLE event (
    id             BIGINT NOT NULL PRIMARY KEY,
    association_id BIGINT,
    kind           TEXT   NOT NULL,
    subject_id     BIGINT,
    object_id      BIGINT,
    person_id      BIGINT,
    at             BIGINT NOT NULL
);
CREATE INDEX event_association ON event (association_id, id);
CREATE TABLE instance_setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE invitation (
    association_id BIGINT  NOT NULL REFERENCES association (id),
    id             BIGINT  NOT NULL,
    email          TEXT    NOT NULL,
    email_key      TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    language       TEXT    NOT NULL,
    referent       BOOLEAN NOT NULL,
    coordinator    BOOLEAN NOT NULL,
    invited_by     BIGINT,
    created_at     BIGINT  NOT NULL,
    expires_at     BIGINT  NOT NULL,
    accepted_at    BIGINT,
    PRIMARY KEY (association_id, id),
    UNIQUE (association_id, email_key)
);
CREATE INDEX invitation_address ON invitation (email_key);
CREATE TABLE job (
    id           BIGINT NOT NULL PRIMARY KEY,
    association_id BIGINT,
    kind         TEXT   NOT NULL,
    payload      TEXT   NOT NULL,
    unique_key   TEXT UNIQUE,
    run_at       BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    lease_until  BIGINT,
    lease_owner  BIGINT,
    dead_at      BIGINT,
    last_error   TEXT   NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE INDEX job_dead ON job (dead_at) WHERE dead_at IS NOT NULL;
CREATE INDEX job_due ON job (run_at, id) WHERE dead_at IS NULL;
CREATE TABLE listing (
    id               BIGINT  NOT NULL PRIMARY KEY,
    association_id   BIGINT  NOT NULL REFERENCES association (id),
    mission_id       BIGINT  NOT NULL,
    association_slug TEXT    NOT NULL,
    association_name TEXT    NOT NULL,
    slug             TEXT    NOT NULL,
    title            TEXT    NOT NULL,
    need             TEXT    NOT NULL,
    effort           TEXT    NOT NULL,
    place            TEXT    NOT NULL,
    remote           BOOLEAN NOT NULL,
    entry            BOOLEAN NOT NULL,
    answer_days      BIGINT  NOT NULL,
    UNIQUE (association_id, mission_id)
);
CREATE INDEX listing_association ON listing (association_slug, id);
CREATE INDEX listing_entry ON listing (id) WHERE entry;
CREATE INDEX listing_remote ON listing (id) WHERE remote;
CREATE TABLE listing_word (
    word       TEXT   NOT NULL,
    listing_id BIGINT NOT NULL REFERENCES listing (id) ON DELETE CASCADE,
    PRIMARY KEY (word, listing_id)
);
CREATE INDEX listing_word_listing ON listing_word (listing_id, word);
CREATE TABLE member (
    association_id BIGINT  NOT NULL REFERENCES association (id),
    person_id      BIGINT  NOT NULL REFERENCES person (id),
    name           TEXT    NOT NULL,
    status         TEXT    NOT NULL,
    referent       BOOLEAN NOT NULL,
    coordinator    BOOLEAN NOT NULL,
    joined_at      BIGINT  NOT NULL,
    PRIMARY KEY (association_id, person_id)
);
CREATE INDEX member_person ON member (person_id);
CREATE TABLE message (
    association_id  BIGINT  NOT NULL,
    id              BIGINT  NOT NULL,
    conversation_id BIGINT  NOT NULL,
    person_id       BIGINT,
    author          TEXT    NOT NULL,
    from_volunteer  BOOLEAN NOT NULL,
    words           TEXT    NOT NULL,
    note            TEXT    NOT NULL,
    at              BIGINT  NOT NULL,
    PRIMARY KEY (association_id, id),
    FOREIGN KEY (association_id, conversation_id) REFERENCES conversation (association_id, id)
);
CREATE INDEX message_conversation ON message (association_id, conversation_id, id);
CREATE INDEX message_person ON message (person_id);
CREATE TABLE mission (
    association_id BIGINT  NOT NULL REFERENCES association (id),
    id             BIGINT  NOT NULL,
    slug           TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    title          TEXT    NOT NULL,
    need           TEXT    NOT NULL,
    place          TEXT    NOT NULL,
    remote         BOOLEAN NOT NULL,
    entry          BOOLEAN NOT NULL,
    seats          BIGINT  NOT NULL,
    trust          TEXT    NOT NULL,
    visibility     TEXT    NOT NULL,
    more           TEXT    NOT NULL,
    referent_id    BIGINT  NOT NULL,
    deputy_id      BIGINT,
    listing_id     BIGINT,
    created_at     BIGINT  NOT NULL,
    changed_at     BIGINT  NOT NULL,
    PRIMARY KEY (association_id, id),
    FOREIGN KEY (association_id, referent_id) REFERENCES member (association_id, person_id),
    FOREIGN KEY (association_id, deputy_id) REFERENCES member (association_id, person_id)
);
CREATE INDEX mission_deputy ON mission (association_id, deputy_id);
CREATE INDEX mission_referent ON mission (association_id, referent_id);
CREATE TABLE mission_slug (
    association_id BIGINT NOT NULL,
    slug           TEXT   NOT NULL,
    mission_id     BIGINT NOT NULL,
    PRIMARY KEY (association_id, slug),
    FOREIGN KEY (association_id, mission_id) REFERENCES mission (association_id, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE offer (
    association_id  BIGINT NOT NULL REFERENCES association (id),
    id              BIGINT NOT NULL,
    mission_id      BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    person_id       BIGINT REFERENCES person (id),
    name            TEXT   NOT NULL,
    email           TEXT   NOT NULL,
    email_key       TEXT   NOT NULL,
    language        TEXT   NOT NULL,
    state           TEXT   NOT NULL,
    other_id        BIGINT,
    once_key        TEXT   NOT NULL,
    made_at         BIGINT NOT NULL,
    due_at          BIGINT NOT NULL,
    returns_at      BIGINT,
    confirmed_at    BIGINT,
    answered_at     BIGINT,
    unread_since    BIGINT,
    PRIMARY KEY (association_id, id),
    FOREIGN KEY (association_id, mission_id) REFERENCES mission (association_id, id),
    FOREIGN KEY (association_id, conversation_id) REFERENCES conversation (association_id, id),
    FOREIGN KEY (association_id, other_id) REFERENCES mission (association_id, id)
);
CREATE INDEX offer_address ON offer (email_key) WHERE person_id IS NULL;
CREATE INDEX offer_mission ON offer (association_id, mission_id, id);
CREATE UNIQUE INDEX offer_once ON offer (association_id, mission_id, once_key) WHERE state = 'waiting';
CREATE INDEX offer_person ON offer (person_id, id);
CREATE INDEX offer_unread ON offer (association_id, unread_since) WHERE unread_since IS NOT NULL;
CREATE INDEX offer_waiting ON offer (association_id, state, due_at);
CREATE TABLE person (
    id         BIGINT  NOT NULL PRIMARY KEY,
    email      TEXT    NOT NULL,
    email_key  TEXT    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    language   TEXT    NOT NULL,
    operator   BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL
);
CREATE TABLE schedule (
    name    TEXT   NOT NULL PRIMARY KEY,
    next_at BIGINT NOT NULL
);
CREATE TABLE secret_key (
    id         BIGINT NOT NULL PRIMARY KEY,
    bytes      BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE session (
    hash       BYTEA  NOT NULL PRIMARY KEY,
    person_id  BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_expiry ON session (expires_at);
CREATE INDEX session_person ON session (person_id);
CREATE TABLE sign_in_link (
    id         BIGINT NOT NULL PRIMARY KEY,
    email      TEXT   NOT NULL,
    email_key  TEXT   NOT NULL,
    language   TEXT   NOT NULL,
    next_path  TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX sign_in_link_address ON sign_in_link (email_key, created_at);
CREATE INDEX sign_in_link_expiry ON sign_in_link (expires_at);
