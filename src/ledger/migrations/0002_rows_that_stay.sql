-- What a row lacked to say how its cost came about; 0 and unknown are NULL. service_tier,
-- price_source: numbers of src/ledger/records.hpp. price_day: Unix day the prices are of.
ALTER TABLE attempts ADD COLUMN input_image INTEGER;
ALTER TABLE attempts ADD COLUMN input_video INTEGER;
ALTER TABLE attempts ADD COLUMN output_video INTEGER;
ALTER TABLE attempts ADD COLUMN input_image_pieces INTEGER;
ALTER TABLE attempts ADD COLUMN output_image_pieces INTEGER;
ALTER TABLE attempts ADD COLUMN service_tier INTEGER;
ALTER TABLE attempts ADD COLUMN price_source INTEGER;
ALTER TABLE attempts ADD COLUMN price_day INTEGER;

-- Sums by month: the year times 12, and the month from 0.
CREATE TABLE usage_months (
  month INTEGER NOT NULL,
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
  PRIMARY KEY (month, key, provider, model, served_by)
) STRICT, WITHOUT ROWID;
-- No sum goes beyond 9e18: sum() would fail.
INSERT INTO usage_months
SELECT CAST(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER) * 12
     + CAST(strftime('%m', day * 86400, 'unixepoch') AS INTEGER) - 1,
  key, provider, model, served_by, attempts, requests, failed, cancelled, estimated, unknown,
  differing, input, output, cache_read, cache_write, reasoning, charged, billed, computed, byok
FROM usage_days WHERE true
ON CONFLICT DO UPDATE SET
  attempts = attempts + excluded.attempts,
  requests = requests + excluded.requests,
  failed = failed + excluded.failed,
  cancelled = cancelled + excluded.cancelled,
  estimated = estimated + excluded.estimated,
  unknown = unknown + excluded.unknown,
  differing = differing + excluded.differing,
  input = min(input + excluded.input, 9000000000000000000),
  output = min(output + excluded.output, 9000000000000000000),
  cache_read = min(cache_read + excluded.cache_read, 9000000000000000000),
  cache_write = min(cache_write + excluded.cache_write, 9000000000000000000),
  reasoning = min(reasoning + excluded.reasoning, 9000000000000000000),
  charged = min(charged + excluded.charged, 9000000000000000000),
  billed = min(billed + excluded.billed, 9000000000000000000),
  computed = min(computed + excluded.computed, 9000000000000000000),
  byok = min(byok + excluded.byok, 9000000000000000000);

-- What a key spent on a day, and since the beginning.
CREATE TABLE spent_days (
  day INTEGER NOT NULL,
  key INTEGER NOT NULL,
  charged INTEGER NOT NULL,
  byok INTEGER NOT NULL,
  PRIMARY KEY (day, key)
) STRICT, WITHOUT ROWID;
INSERT INTO spent_days SELECT day, key, charged, byok FROM usage_days WHERE true
ON CONFLICT DO UPDATE SET
  charged = min(charged + excluded.charged, 9000000000000000000),
  byok = min(byok + excluded.byok, 9000000000000000000);
CREATE TABLE spent_ever (
  key INTEGER NOT NULL PRIMARY KEY,
  charged INTEGER NOT NULL,
  byok INTEGER NOT NULL
) STRICT;
INSERT INTO spent_ever SELECT key, charged, byok FROM spent_days WHERE true
ON CONFLICT DO UPDATE SET
  charged = min(charged + excluded.charged, 9000000000000000000),
  byok = min(byok + excluded.byok, 9000000000000000000);

-- Whoever replaces a row fires no trigger of DELETE. An attempt that is there by its request and
-- number is one that is moved a second time: nothing is done, and nothing is wrong.
CREATE TRIGGER names_are_new BEFORE INSERT ON names
WHEN EXISTS (SELECT 1 FROM names WHERE id = NEW.id OR text = NEW.text) BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER attempts_are_new BEFORE INSERT ON attempts BEGIN
  SELECT CASE
    WHEN NEW.seq <= coalesce((SELECT max(seq) FROM attempts),
                             (SELECT max(last_seq) FROM retirements))
    THEN raise(ABORT, 'the ledger is append-only')
    WHEN EXISTS (SELECT 1 FROM attempts WHERE request = NEW.request AND attempt = NEW.attempt)
    THEN raise(IGNORE)
  END;
END;
CREATE TRIGGER requests_are_new BEFORE INSERT ON requests
WHEN EXISTS (SELECT 1 FROM requests WHERE last_seq = NEW.last_seq) BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER seals_are_new BEFORE INSERT ON seals
WHEN NEW.number <= (SELECT max(number) FROM seals) BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;

-- Of seals whose rows are gone the last one stays: the chain begins there. So it is with
-- retirements; `at` is when the newest began of what was given up.
DROP TRIGGER seals_remain;
CREATE TRIGGER seals_remain BEFORE DELETE ON seals
WHEN OLD.number >= (SELECT coalesce(max(seal), 0) FROM retirements) BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
DROP TRIGGER retirements_remain;
CREATE TRIGGER retirements_remain BEFORE DELETE ON retirements
WHEN OLD.seal = (SELECT max(seal) FROM retirements) BEGIN
  SELECT raise(ABORT, 'the ledger is append-only');
END;
