-- Objects that the last translation left out, so that 'status' names them when nothing runs any more.

CREATE TABLE quarantine(
  object TEXT NOT NULL,                 -- kind, name and where it stands
  why    TEXT NOT NULL,
  since  INTEGER NOT NULL,              -- when it was first left out for that, as long as it is
  PRIMARY KEY(object, why)
) STRICT, WITHOUT ROWID;
