-- What the mock cloud knows.  One file is one account; every table is ordered by 'seq', the
-- order of creation, which is also the order in which lists answer.  A file of an earlier
-- version gets the tables it lacks: tables are only ever added.

-- Counters of the cloud itself: the state of the generator ids are drawn from.
CREATE TABLE IF NOT EXISTS meta(
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;

-- All that has an id and a state.
CREATE TABLE IF NOT EXISTS resource(
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  region  TEXT NOT NULL,
  kind    TEXT NOT NULL,          -- LoadBalancer, Listener, Rule, ServerGroup, Acl, SecurityPolicy …
  id      TEXT NOT NULL UNIQUE,
  parent  TEXT,                   -- listener: load balancer; rule and script: listener
  lb      TEXT,                   -- listener, rule and script: load balancer
  name    TEXT,
  status  TEXT NOT NULL,
  variant TEXT,                   -- edition, listener protocol, direction, or type of the group
  vpc     TEXT,
  number  INTEGER NOT NULL,       -- port, priority or lines, else 0
  body    TEXT NOT NULL CHECK(json_valid(body))  -- the documented fields that are stored as told
) STRICT;
CREATE INDEX IF NOT EXISTS resource_kind   ON resource(region, kind, seq);
CREATE INDEX IF NOT EXISTS resource_parent ON resource(parent, number);
CREATE INDEX IF NOT EXISTS resource_lb     ON resource(lb, kind);

-- Members of server groups; (id, ip, type, port) is the key inside a group.
CREATE TABLE IF NOT EXISTS server(
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  grp         TEXT NOT NULL,
  id          TEXT NOT NULL,
  ip          TEXT NOT NULL,
  type        TEXT NOT NULL,
  port        INTEGER NOT NULL,   -- 0: none (Fc)
  weight      INTEGER NOT NULL,
  status      TEXT NOT NULL,
  doomed      INTEGER NOT NULL,   -- goes when the change in flight is done
  remote      INTEGER NOT NULL,
  description TEXT,
  UNIQUE(grp, id, ip, type, port)
) STRICT;
CREATE INDEX IF NOT EXISTS server_ip ON server(ip);

-- Additional certificates of listeners; the default one stands in the listener's body.
CREATE TABLE IF NOT EXISTS certificate(
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  listener TEXT NOT NULL,
  id       TEXT NOT NULL,
  status   TEXT NOT NULL,
  UNIQUE(listener, id)
) STRICT;

-- Entries of ACLs, and which listener uses which ACL.
CREATE TABLE IF NOT EXISTS acl_entry(
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  acl         TEXT NOT NULL,
  entry       TEXT NOT NULL,      -- as it was told
  description TEXT,
  status      TEXT NOT NULL,      -- Adding, Available, Removing
  UNIQUE(acl, entry)
) STRICT;
CREATE TABLE IF NOT EXISTS acl_relation(
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  acl      TEXT NOT NULL,
  listener TEXT NOT NULL,
  lb       TEXT NOT NULL,
  type     TEXT NOT NULL,         -- White, Black: one for all of a listener
  status   TEXT NOT NULL,         -- Associating, Associated, Dissociating
  UNIQUE(listener, acl)
) STRICT;
CREATE INDEX IF NOT EXISTS acl_relation_acl ON acl_relation(acl);
CREATE INDEX IF NOT EXISTS acl_relation_lb  ON acl_relation(lb);

-- Which listener or rule uses which server group.  A doomed row is in use until the
-- change in flight is done.
CREATE TABLE IF NOT EXISTS attachment(
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  holder TEXT NOT NULL,           -- id of a listener or rule
  grp    TEXT NOT NULL,
  lb     TEXT NOT NULL,
  doomed INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS attachment_holder ON attachment(holder);
CREATE INDEX IF NOT EXISTS attachment_grp    ON attachment(grp);
CREATE INDEX IF NOT EXISTS attachment_lb     ON attachment(lb);

CREATE TABLE IF NOT EXISTS tag(
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  region TEXT NOT NULL,
  kind   TEXT NOT NULL,
  id     TEXT NOT NULL,
  key    TEXT NOT NULL,
  value  TEXT NOT NULL,
  UNIQUE(id, key)
) STRICT;
CREATE INDEX IF NOT EXISTS tag_key ON tag(region, kind, key, value);

-- The VPC a vSwitch lies in, learned from the load balancers that name it.
CREATE TABLE IF NOT EXISTS vswitch(
  id     TEXT NOT NULL,
  region TEXT NOT NULL,
  lb     TEXT NOT NULL,
  vpc    TEXT NOT NULL,
  PRIMARY KEY(id, region, lb)
) STRICT;

CREATE TABLE IF NOT EXISTS job(
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  region   TEXT NOT NULL,
  id       TEXT NOT NULL UNIQUE,
  api      TEXT NOT NULL,
  operate  TEXT NOT NULL,         -- Create, Update, Delete
  type     TEXT NOT NULL,         -- loadbalancer, listener, rule, servergroup
  resource TEXT NOT NULL,
  status   TEXT NOT NULL,         -- Processing, Succeeded, Failed
  created  INTEGER NOT NULL,      -- ms since 1970
  modified INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS job_resource ON job(resource);

-- Actions whose next change fails, and the jobs that do or did.
CREATE TABLE IF NOT EXISTS failing(
  action  TEXT PRIMARY KEY,
  code    TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS failure(
  job     TEXT PRIMARY KEY,
  code    TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;

-- What happens later: the end of each change in flight.
CREATE TABLE IF NOT EXISTS pending(
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms  INTEGER NOT NULL,
  effect TEXT NOT NULL,           -- settle, delete, undo, job
  id     TEXT NOT NULL,
  status TEXT                     -- settle: the state to reach
) STRICT;
CREATE INDEX IF NOT EXISTS pending_at ON pending(at_ms, seq);

-- Ids, and kinds of resources, whose changes in flight do not end.
CREATE TABLE IF NOT EXISTS held(
  what TEXT PRIMARY KEY
) STRICT;

-- Resources that lists do not show yet.
CREATE TABLE IF NOT EXISTS unlisted(
  seq      INTEGER PRIMARY KEY,   -- of the resource
  until_ms INTEGER NOT NULL
) STRICT;

-- Servers that an operator has declared not to be healthy.
CREATE TABLE IF NOT EXISTS health(
  grp      TEXT NOT NULL,
  ip       TEXT NOT NULL,
  port     INTEGER NOT NULL,      -- 0: any
  status   TEXT NOT NULL,
  reason   TEXT,
  expected TEXT,
  actual   TEXT,
  PRIMARY KEY(grp, ip, port)
) STRICT;

-- Client tokens of the last 24 hours, with the reply they were answered.
CREATE TABLE IF NOT EXISTS token(
  region TEXT NOT NULL,
  action TEXT NOT NULL,
  token  TEXT NOT NULL,
  at_ms  INTEGER NOT NULL,
  params TEXT NOT NULL,           -- SHA-256 of the canonical parameters
  reply  TEXT NOT NULL,
  PRIMARY KEY(region, action, token)
) STRICT;
CREATE INDEX IF NOT EXISTS token_at ON token(at_ms);
