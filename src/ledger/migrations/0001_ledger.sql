-- Texts that come again and again. Never changed, never removed.
CREATE TABLE names (
  id INTEGER NOT NULL PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- One row a call to a provider (src/ledger/records.hpp). Texts are ids of names, except the
-- provider's id. Times are Unix milliseconds, durations microseconds, money nanodollars. Unknown is
-- NULL; of the rarer counts 0 is NULL too.
CREATE TABLE attempts (
  seq INTEGER NOT NULL PRIMARY KEY,
  request BLOB NOT NULL CHECK (length(request) = 16),
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  status INTEGER NOT NULL,
  key INTEGER NOT NULL,
  route INTEGER NOT NULL,
  provider INTEGER NOT NULL,
  model INTEGER NOT NULL,
  served_model INTEGER NOT NULL,
  served_by INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  finish_reason INTEGER NOT NULL,
  upstream_id TEXT,
  upstream_key INTEGER,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER,
  cache_write_5m INTEGER,
  cache_write_1h INTEGER,
  input_audio INTEGER,
  cache_read_audio INTEGER,
  reasoning INTEGER,
  output_audio INTEGER,
  output_image INTEGER,
  web_searches INTEGER,
  billed INTEGER,
  computed INTEGER,
  computed_prompt INTEGER,
  computed_completion INTEGER,
  connect_us INTEGER,
  first_byte_us INTEGER,
  first_token_us INTEGER,
  total_us INTEGER
) STRICT;
CREATE UNIQUE INDEX attempts_by_request ON attempts (request, attempt);
-- The Unix day, shifted left by 32, and 32 bits of a hash: provider's ids are random, but within a
-- day they stay in memory while they are written.
CREATE INDEX attempts_by_upstream ON attempts (upstream_key) WHERE upstream_key IS NOT NULL;

-- One row a request, made of its attempts: last_seq is that of the last, by which it is found.
-- cost: of the attempts whose cost is known.
CREATE TABLE requests (
  last_seq INTEGER NOT NULL PRIMARY KEY,
  attempts INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  cost INTEGER NOT NULL
) STRICT;

-- Attempts that have begun and are in no file of the journal any more.
CREATE TABLE open_attempts (
  request BLOB NOT NULL,
  attempt INTEGER NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (request, attempt)
) STRICT, WITHOUT ROWID;

-- Requests of which there are attempts, but not the last one yet.
CREATE TABLE unfinished_requests (
  id BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The hash chain: one row a transaction.
CREATE TABLE seals (
  number INTEGER NOT NULL PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  rows_hash BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;

-- Up to which seal, and so which attempt, detail has been given up.
CREATE TABLE retirements (
  seal INTEGER NOT NULL PRIMARY KEY,
  last_seq INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- Sums by hour and by day: hour is Unix hours, day Unix days.
CREATE TABLE usage_hours (
  hour INTEGER NOT NULL,
  key INTEGER NOT NULL,
  provider INTEGER NOT NULL,
  model INTEGER NOT NULL,
  served_by INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  estimated INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  differing INTEGER NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write INTEGER NOT NULL,
  reasoning INTEGER NOT NULL,
  charged INTEGER NOT NULL,
  billed INTEGER NOT NULL,
  computed INTEGER NOT NULL,
  byok INTEGER NOT NULL,
  PRIMARY KEY (hour, key, provider, model, served_by)
) STRICT, WITHOUT ROWID;
CREATE TABLE usage_days (
  day INTEGER NOT NULL,
  key INTEGER NOT NULL,
  provider INTEGER NOT NULL,
  model INTEGER NOT NULL,
  served_by INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  estimated INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  differing INTEGER NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write INTEGER NOT NULL,
  reasoning INTEGER NOT NULL,
  charged INTEGER NOT NULL,
  billed INTEGER NOT NULL,
  computed INTEGER NOT NULL,
  byok INTEGER NOT NULL,
  PRIMARY KEY (day, key, provider, model, served_by)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER names_stay BEFORE UPDATE ON names BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER names_remain BEFORE DELETE ON names BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER attempts_stay BEFORE UPDATE ON attempts BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER attempts_remain BEFORE DELETE ON attempts
WHEN OLD.seq > (SELECT coalesce(max(last_seq), 0) FROM retirements) BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER requests_stay BEFORE UPDATE ON requests BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER requests_remain BEFORE DELETE ON requests
WHEN OLD.last_seq > (SELECT coalesce(max(last_seq), 0) FROM retirements) BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER seals_stay BEFORE UPDATE ON seals BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER seals_remain BEFORE DELETE ON seals BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER retirements_stay BEFORE UPDATE ON retirements BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER retirements_remain BEFORE DELETE ON retirements BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER retirements_rise BEFORE INSERT ON retirements
WHEN NEW.last_seq <> (SELECT last_seq FROM seals WHERE number = NEW.seal)
  OR NEW.last_seq <= (SELECT coalesce(max(last_seq), 0) FROM retirements) BEGIN
  SELECT raise(ABORT, 'a retirement ends with a seal, after the last one');
END;
