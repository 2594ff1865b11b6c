-- What replay needs of the cloud: what it was seen to be, and since when the events do not say so.

-- Does the last event about this row say what 'actual' does?  0: yes; 1: not what we have done
-- ourselves since; 2: not what a reading has shown since.
ALTER TABLE resource ADD COLUMN unsaid INTEGER NOT NULL DEFAULT 0 CHECK(unsaid IN (0, 1, 2));
UPDATE resource SET unsaid = 2 WHERE actual IS NOT NULL;
CREATE INDEX resource_unsaid ON resource(lb) WHERE unsaid > 0;

-- Rows that went while the last event about them still says that they are there.
CREATE TABLE gone(
  lb       TEXT NOT NULL,
  kind     TEXT NOT NULL,
  key      TEXT NOT NULL,
  cloud_id TEXT,
  own      INTEGER NOT NULL CHECK(own IN (0, 1)),  -- 1: by our doing
  PRIMARY KEY(lb, kind, key)
) STRICT;

-- A row may stay, as it is wanted still, when what it was is not there any more.
CREATE TRIGGER resource_went AFTER UPDATE OF actual ON resource
WHEN typeof(old.actual) <> 'null' AND typeof(new.actual) = 'null' BEGIN
  INSERT INTO gone(lb, kind, key, cloud_id, own)
  VALUES(old.lb, old.kind, old.key, old.cloud_id, new.unsaid = 1)
  ON CONFLICT(lb, kind, key) DO UPDATE SET cloud_id = excluded.cloud_id, own = min(own, excluded.own);
END;
