-- What the agent remembers between runs.  Losing it costs history and time, never
-- correctness: all but the journal (call) and the revisions can be read again from the
-- cluster and the cloud.
--
-- Times are milliseconds since 1970, UTC.  Documents are JSON; those that are compared with
-- each other are canonical, so that equal text is equal meaning.  Private keys and
-- access-key secrets are in no column.

PRAGMA application_id = 0x616c6261;     -- 'alba', for file(1)

-- ---- what came in -------------------------------------------------------------------------

-- What the cluster or a file says, pruned: of a Secret its certificate and the SHA-256 of
-- its key, never the key.
CREATE TABLE object(
  kind             TEXT NOT NULL,       -- Ingress, Service, AlbConfig ...
  namespace        TEXT NOT NULL,       -- '' for kinds that live in no namespace
  name             TEXT NOT NULL,
  uid              TEXT,                -- NULL in a manifest
  resource_version TEXT,                -- the cluster's word: text, not a number
  generation       INTEGER NOT NULL DEFAULT 0,
  origin           TEXT,                -- where it came from, as web.yaml:12
  body             TEXT NOT NULL CHECK(json_valid(body)),
  PRIMARY KEY(kind, namespace, name)
) STRICT;

-- What is neither in the cluster nor of our making, and was looked up: a vSwitch's zone and
-- VPC, an address's interface.  An empty value says: asked, and there is none.
CREATE TABLE fact(
  kind       TEXT NOT NULL,             -- vswitch, eni ...
  key        TEXT NOT NULL,
  value      TEXT NOT NULL,
  value2     TEXT NOT NULL DEFAULT '',  -- a vSwitch's VPC
  read_at    INTEGER NOT NULL,
  expires_at INTEGER,                   -- NULL: as good as it was
  PRIMARY KEY(kind, key)
) STRICT;

-- What the sources said, in the order they said it, for replay.
CREATE TABLE event(
  seq  INTEGER PRIMARY KEY,
  at   INTEGER NOT NULL,
  kind TEXT NOT NULL,                   -- ADDED, MODIFIED, DELETED, SYNCED ...
  key  TEXT NOT NULL,                   -- "Ingress shop/web"
  body TEXT CHECK(body IS NULL OR json_valid(body))
) STRICT;

-- ---- what should be and what is -----------------------------------------------------------

-- One row per cloud resource.  desired, applied and actual stand side by side: pending is
-- desired IS NOT applied; drift is found by the field tables, which compare what is managed.
CREATE TABLE resource(
  lb           TEXT NOT NULL,           -- the AlbConfig it belongs to, as kube-system/web
  kind         TEXT NOT NULL,           -- LoadBalancer, Listener, Rule, ServerGroup ...
  key          TEXT NOT NULL,           -- our own name for it, stable across clouds
  parent       TEXT NOT NULL DEFAULT '',-- a rule's listener key

  desired      TEXT CHECK(desired IS NULL OR json_valid(desired)),  -- managed fields, canonical
  desired_from TEXT,                    -- the objects that ask for it
  position     INTEGER NOT NULL DEFAULT 0,                          -- wanted place of a rule, from 1
  held         INTEGER NOT NULL DEFAULT 0 CHECK(held IN (0, 1)),    -- neither changed nor deleted

  applied      TEXT CHECK(applied IS NULL OR json_valid(applied)),  -- the last desired that was done
  actual       TEXT CHECK(actual IS NULL OR json_valid(actual)),    -- all the cloud said last
  cloud_id     TEXT,                    -- the cloud's name, once it exists
  status       TEXT NOT NULL DEFAULT '',-- as the cloud last said
  observed_at  INTEGER NOT NULL DEFAULT 0,  -- when 'actual' was read, or written by us
  unused_since INTEGER NOT NULL DEFAULT 0,  -- since when no rule uses the group; 0: in use
  empty_since  INTEGER NOT NULL DEFAULT 0,  -- since when it should have no servers; 0: should
  ours         INTEGER NOT NULL DEFAULT 0 CHECK(ours IN (0, 1)),    -- 0: reported, never written
  PRIMARY KEY(lb, kind, key)
) STRICT;

-- Drift as seen over time, and what people decided about it.
CREATE TABLE finding(
  lb         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  key        TEXT NOT NULL,
  class      TEXT NOT NULL,             -- drift, missing, orphan ...
  first_seen INTEGER NOT NULL,
  last_good  INTEGER,                   -- NULL: was never seen in sync
  verdict    TEXT,                      -- accepted, ignored ...; NULL: nobody decided
  until      INTEGER,                   -- when the verdict ends; NULL: never
  PRIMARY KEY(lb, kind, key)
) STRICT;

-- ---- what was done ------------------------------------------------------------------------

-- The journal: every call, on disk before it is sent.  Not derived from anything.
CREATE TABLE call(
  id           INTEGER PRIMARY KEY,     -- in the order of sending
  lane         TEXT NOT NULL,           -- what serialised it
  lb           TEXT NOT NULL,
  resource     TEXT NOT NULL,           -- "Rule 80/HTTP#...", or several, ", " between
  action       TEXT NOT NULL,           -- CreateRules ...
  client_token TEXT,                    -- NULL for actions that take none
  params       TEXT NOT NULL CHECK(json_valid(params)),  -- flat, secrets removed
  cause        TEXT,                    -- the object, version and field, or the drift
  state        TEXT NOT NULL CHECK(state IN ('sent', 'done', 'failed', 'unknown')),
  sent_at      INTEGER NOT NULL,
  done_at      INTEGER,                 -- NULL while sent
  http_status  INTEGER,
  code         TEXT,                    -- the cloud's word for a failure
  request_id   TEXT,                    -- to quote to the cloud's support
  reply        TEXT                     -- as it came, which need not be JSON
) STRICT;

-- What a crash or a lost reply left.
CREATE INDEX call_open ON call(id) WHERE state IN ('sent', 'unknown');
CREATE INDEX call_lb ON call(lb, id);

-- Every desired state a load balancer was given.  Not derived from anything.
CREATE TABLE revision(
  lb       TEXT NOT NULL,
  number   INTEGER NOT NULL CHECK(number > 0),    -- 1, 2, 3 ... for each load balancer
  made_at  INTEGER NOT NULL,
  cause    TEXT,
  document TEXT NOT NULL CHECK(json_valid(document)),  -- canonical
  PRIMARY KEY(lb, number)
) STRICT;

-- A load balancer that is to stay at an earlier revision.
CREATE TABLE pin(
  lb       TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  FOREIGN KEY(lb, revision) REFERENCES revision(lb, number)
) STRICT;

-- ---- the file itself ----------------------------------------------------------------------

-- Who writes.  The row goes at a clean end: one that is found at the start was left by a
-- crash, and the file is checked.
CREATE TABLE holder(
  pid   INTEGER NOT NULL,
  host  TEXT NOT NULL,
  since INTEGER NOT NULL
) STRICT;

-- Small facts about the file: cluster_id, incomplete_since ...
CREATE TABLE meta(
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
