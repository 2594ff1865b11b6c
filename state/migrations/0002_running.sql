-- What an agent that runs on needs: verdicts that know what they are about, a source log that
-- can be shortened, and what it says of itself.

-- ---- findings -----------------------------------------------------------------------------

-- SHA-256 of what was wanted of the resource, and of how it differed, when the finding was
-- last seen: a verdict on one edit ends when either changes.
ALTER TABLE finding ADD COLUMN desired TEXT;
ALTER TABLE finding ADD COLUMN edit TEXT;
-- When the verdict was given; NULL: nobody decided.
ALTER TABLE finding ADD COLUMN decided_at INTEGER;

-- ---- what the sources said ----------------------------------------------------------------

-- Nothing was written here before.  seq goes on counting when all rows are gone.
DROP TABLE event;
CREATE TABLE event(
  seq   INTEGER PRIMARY KEY AUTOINCREMENT,
  at    INTEGER NOT NULL,
  kind  TEXT NOT NULL,                  -- ADDED, MODIFIED, DELETED, SYNCED ...
  key   TEXT NOT NULL,                  -- "Ingress shop/web"
  total INTEGER NOT NULL,               -- bytes of this and all earlier events
  body  TEXT CHECK(body IS NULL OR json_valid(body))  -- canonical, pruned; NULL: gone
) STRICT;

-- What the events that were dropped come to: of each key the last that was said, so that the
-- log can be replayed from its first row on.
CREATE TABLE event_base(
  key  TEXT PRIMARY KEY,
  seq  INTEGER NOT NULL,
  at   INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT CHECK(body IS NULL OR json_valid(body))
) STRICT;

-- ---- revisions ----------------------------------------------------------------------------

-- Bytes of the document; in an index, so that counting them reads no document.
ALTER TABLE revision ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
UPDATE revision SET size = length(CAST(document AS BLOB));
CREATE INDEX revision_size ON revision(lb, number, size);

-- ---- the agent that runs ------------------------------------------------------------------

-- What it last said of itself: one row, written often and without waiting for the disk.
CREATE TABLE status(
  id       INTEGER PRIMARY KEY CHECK(id = 1),
  at       INTEGER NOT NULL,
  pid      INTEGER NOT NULL,
  host     TEXT NOT NULL,
  document TEXT NOT NULL CHECK(json_valid(document))
) STRICT;
