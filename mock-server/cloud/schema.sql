-- What the mock cloud knows.  One file is one account; every table is ordered by 'seq', the
-- order of creation, which is also the order in which lists answer.

-- Counters of the cloud itself: the state of the generator ids are drawn from.
CREATE TABLE meta(
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;

-- Load balancers, listeners, rules and server groups.
CREATE TABLE resource(
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  region  TEXT NOT NULL,
  kind    TEXT NOT NULL,          -- LoadBalancer, Listener, Rule, ServerGroup
  id      TEXT NOT NULL UNIQUE,
  parent  TEXT,                   -- listener: load balancer; rule: listener
  lb      TEXT,                   -- listener and rule: load balancer
  name    TEXT,
  status  TEXT NOT NULL,
  variant TEXT,                   -- edition, listener protocol, direction, or type of the group
  vpc     TEXT,
  number  INTEGER NOT NULL,       -- port or priority, else 0
  body    TEXT NOT NULL CHECK(json_valid(body))  -- the documented fields that are stored as told
) STRICT;
CREATE INDEX resource_kind   ON resource(region, kind, seq);
CREATE INDEX resource_parent ON resource(parent, number);
CREATE INDEX resource_lb     ON resource(lb, kind);

-- Members of server groups; (id, ip, type, port) is the key inside a group.
CREATE TABLE server(
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
CREATE INDEX server_ip ON server(ip);

-- Additional certificates of listeners; the default one stands in the listener's body.
CREATE TABLE certificate(
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  listener TEXT NOT NULL,
  id       TEXT NOT NULL,
  status   TEXT NOT NULL,
  UNIQUE(listener, id)
) STRICT;

-- Which listener or rule uses which server group.  A doomed row is in use until the
-- change in flight is done.
CREATE TABLE attachment(
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  holder TEXT NOT NULL,           -- id of a listener or rule
  grp    TEXT NOT NULL,
  lb     TEXT NOT NULL,
  doomed INTEGER NOT NULL
) STRICT;
CREATE INDEX attachment_holder ON attachment(holder);
CREATE INDEX attachment_grp    ON attachment(grp);
CREATE INDEX attachment_lb     ON attachment(lb);

CREATE TABLE tag(
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  region TEXT NOT NULL,
  kind   TEXT NOT NULL,
  id     TEXT NOT NULL,
  key    TEXT NOT NULL,
  value  TEXT NOT NULL,
  UNIQUE(id, key)
) STRICT;
CREATE INDEX tag_key ON tag(region, kind, key, value);

-- The VPC a vSwitch lies in, learned from the load balancers that name it.
CREATE TABLE vswitch(
  id     TEXT NOT NULL,
  region TEXT NOT NULL,
  lb     TEXT NOT NULL,
  vpc    TEXT NOT NULL,
  PRIMARY KEY(id, region, lb)
) STRICT;

CREATE TABLE job(
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  region   TEXT NOT NULL,
  id       TEXT NOT NULL UNIQUE,
  api      TEXT NOT NULL,
  operate  TEXT NOT NULL,         -- Create, Update, Delete
  type     TEXT NOT NULL,         -- loadbalancer, listener, rule, servergroup
  resource TEXT NOT NULL,
  status   TEXT NOT NULL,         -- Processing, Succeeded
  created  INTEGER NOT NULL,      -- ms since 1970
  modified INTEGER NOT NULL
) STRICT;
CREATE INDEX job_resource ON job(resource);

-- What happens later: the end of each change in flight.
CREATE TABLE pending(
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms  INTEGER NOT NULL,
  effect TEXT NOT NULL,           -- settle, delete, job
  id     TEXT NOT NULL,
  status TEXT                     -- settle: the state to reach
) STRICT;
CREATE INDEX pending_at ON pending(at_ms, seq);

-- Client tokens of the last 24 hours, with the reply they were answered.
CREATE TABLE token(
  region TEXT NOT NULL,
  action TEXT NOT NULL,
  token  TEXT NOT NULL,
  at_ms  INTEGER NOT NULL,
  params TEXT NOT NULL,           -- SHA-256 of the canonical parameters
  reply  TEXT NOT NULL,
  PRIMARY KEY(region, action, token)
) STRICT;
CREATE INDEX token_at ON token(at_ms);
