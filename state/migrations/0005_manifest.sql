-- Files whose objects need not be read from YAML again, as neither they nor what came of them has
-- changed.

CREATE TABLE manifest(
  path   TEXT PRIMARY KEY,              -- as the origins of its objects begin
  digest TEXT NOT NULL                  -- SHA-256, of the file, its reader and the rows of its objects
) STRICT, WITHOUT ROWID;

CREATE INDEX object_origin ON object(origin);
