/** Marks the file as ours (`PRAGMA application_id`): the letters BHLF. */
export const APPLICATION_ID = 0x42_48_4c_46;

/**
 * The file's structure, one step a version (`PRAGMA user_version`). Steps are only ever added. Persons and owners stand as
 * JSON, which no two of them share; opaque values are BLOBs.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE records (
    kind TEXT NOT NULL, id TEXT NOT NULL, value BLOB NOT NULL, expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
  CREATE INDEX records_by_expiry ON records (expires_at);

  CREATE TABLE leases (key TEXT PRIMARY KEY, holder TEXT NOT NULL, expires_at INTEGER NOT NULL);

  CREATE TABLE connections (
    owner TEXT NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL, used_at INTEGER, sealed BLOB NOT NULL,
    PRIMARY KEY (owner, name)
  );
  CREATE INDEX connections_by_name ON connections (name, owner);

  CREATE TABLE revocations (
    id TEXT PRIMARY KEY, connection TEXT NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL, sealed BLOB NOT NULL
  );
  CREATE INDEX revocations_by_due ON revocations (due_at);

  CREATE TABLE jobs (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, recipe TEXT NOT NULL, status TEXT NOT NULL,
    version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, waiting_for TEXT NOT NULL,
    lease_holder TEXT, lease_until INTEGER, attention_at INTEGER, keep_until INTEGER, sealed BLOB NOT NULL
  );
  CREATE INDEX jobs_by_person ON jobs (person, id);
  CREATE INDEX jobs_by_recipe ON jobs (recipe, id);
  CREATE INDEX jobs_by_status ON jobs (status, id);
  CREATE INDEX jobs_waiting ON jobs (person, id) WHERE status = 'suspended';
  CREATE INDEX jobs_by_attention ON jobs (attention_at) WHERE attention_at IS NOT NULL;
  CREATE INDEX jobs_by_keep ON jobs (keep_until) WHERE keep_until IS NOT NULL;

  CREATE TABLE deliveries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL
  );
  CREATE INDEX deliveries_by_due ON deliveries (due_at, number);
  `,
  `
  CREATE TABLE departures (departed TEXT PRIMARY KEY, due_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX departures_by_due ON departures (due_at);
  `,
  `
  CREATE TABLE audit (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL, sealed BLOB NOT NULL
  );
  CREATE TABLE audit_state (
    id INTEGER PRIMARY KEY CHECK (id = 1), key BLOB NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL,
    anchor_number INTEGER, anchor_hash TEXT, anchor_proof TEXT
  );
  `,
  // Each index that a job touches on its way is a page more for the log: those of what runs and of what is held back stay small.
  `
  DROP INDEX jobs_by_recipe;
  DROP INDEX jobs_by_status;
  DROP INDEX jobs_by_attention;
  CREATE INDEX jobs_looked_after ON jobs (attention_at) WHERE attention_at IS NOT NULL OR status = 'running';
  CREATE INDEX jobs_held_back ON jobs (status, recipe, id) WHERE status = 'pending' OR status = 'suspended';
  `,
  // Whose record it is, for when all of a person is erased.
  `
  ALTER TABLE records ADD COLUMN owner TEXT;
  CREATE INDEX records_by_owner ON records (owner) WHERE owner IS NOT NULL;
  `,
  // Who has less under way is served first.
  `
  ALTER TABLE deliveries ADD COLUMN owner TEXT NOT NULL DEFAULT '';
  ALTER TABLE deliveries ADD COLUMN rank INTEGER NOT NULL DEFAULT 1;
  CREATE INDEX deliveries_by_rank ON deliveries (rank, number);
  `,
  // The audit log in pages of several entries; what was there is 0: one entry by itself. A page follows the one before, which has the hash.
  `
  ALTER TABLE audit ADD COLUMN count INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE audit DROP COLUMN previous;
  `,
  // When a refresh token that would end unused has to be used; most connections have no such time.
  `
  ALTER TABLE connections ADD COLUMN keep_alive_at INTEGER;
  CREATE INDEX connections_by_keep_alive ON connections (keep_alive_at) WHERE keep_alive_at IS NOT NULL;
  `,
  // Every command has its claim, at a place of the tree that chance chooses: the smaller they are, the fewer pages that touches.
  `
  CREATE TABLE claims (event TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, refusal TEXT) WITHOUT ROWID;
  CREATE INDEX claims_by_expiry ON claims (expires_at);
  INSERT OR IGNORE INTO claims
    SELECT substr(id, 1, 22), expires_at, CASE length(value) WHEN 0 THEN NULL ELSE CAST(value AS TEXT) END
    FROM records WHERE kind = 'accepted';
  DELETE FROM records WHERE kind = 'accepted';
  `,
  // When there is something to do with a job, in one index: what is open lies beside what has ended last, so that an end touches one
  // page of it. Claims are swept in the order of their key.
  `
  DROP INDEX jobs_looked_after;
  DROP INDEX jobs_by_keep;
  ALTER TABLE jobs ADD COLUMN is_open INTEGER AS (status IN ('pending', 'running', 'suspended')) VIRTUAL;
  ALTER TABLE jobs ADD COLUMN due_at INTEGER AS (CASE is_open WHEN 1 THEN attention_at ELSE keep_until END) VIRTUAL;
  CREATE INDEX jobs_by_due ON jobs (is_open, due_at);
  DROP INDEX claims_by_expiry;
  `,
];
