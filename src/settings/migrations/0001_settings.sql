-- Values as text, secrets sealed (src/settings/master_key.hpp says how). Never both.
CREATE TABLE settings (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT,
  sealed BLOB,
  allow_private_address INTEGER NOT NULL DEFAULT 0 CHECK (allow_private_address IN (0, 1)),
  updated_at INTEGER NOT NULL,
  CHECK ((value IS NULL) <> (sealed IS NULL))
) STRICT, WITHOUT ROWID;

-- Ids are never used again: a sealed key is bound to its id. Times are Unix milliseconds.
CREATE TABLE api_keys (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  provider TEXT NOT NULL,
  label TEXT NOT NULL,
  environment TEXT NOT NULL CHECK (environment IN ('development', 'staging', 'production')),
  weight INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 1000),
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  retires_at INTEGER,
  UNIQUE (provider, label)
) STRICT;

-- Which master key the secrets are sealed with: a keyed hash, from which the key cannot be told.
CREATE TABLE master_key (
  one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL
) STRICT;
