/* sql.h - every statement of the mock's cloud, by name.
 *
 * Lists are given as JSON arrays and objects: a filter that is NULL does not filter. */
#pragma once

/* clang-format off */
#define SQL_LIST_WHERE \
    " WHERE r.region = :region AND r.kind = :kind" \
    " AND (:ids IS NULL OR r.id IN (SELECT value FROM json_each(:ids)))" \
    " AND (:parents IS NULL OR r.parent IN (SELECT value FROM json_each(:parents)))" \
    " AND (:lbs IS NULL OR r.lb IN (SELECT value FROM json_each(:lbs)))" \
    " AND (:names IS NULL OR r.name IN (SELECT value FROM json_each(:names)))" \
    " AND (:vpcs IS NULL OR r.vpc IN (SELECT value FROM json_each(:vpcs)))" \
    " AND (:variant IS NULL OR r.variant = :variant)" \
    " AND (:status IS NULL OR r.status = :status)" \
    " AND (:fields IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(:fields) f" \
    "      WHERE json_extract(r.body, '$.' || f.key) IS NOT f.value))" \
    " AND (:zone IS NULL OR EXISTS (SELECT 1 FROM json_each(r.body, '$.ZoneMappings') z" \
    "      WHERE json_extract(z.value, '$.ZoneId') = :zone))" \
    " AND (:tags IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(:tags) t" \
    "      WHERE NOT EXISTS (SELECT 1 FROM tag g WHERE g.id = r.id" \
    "        AND g.key = json_extract(t.value, '$.Key')" \
    "        AND g.value = ifnull(json_extract(t.value, '$.Value'), g.value))))" \
    " ORDER BY r.seq"

#define SQL_PLAIN_WHERE \
    " AND region = :region AND kind = :kind" \
    " AND (:variant IS NULL OR variant = :variant) AND (:status IS NULL OR status = :status)" \
    " ORDER BY seq"

#define SQL_JOB_WHERE \
    " WHERE j.region = :region" \
    " AND (:ids IS NULL OR j.id IN (SELECT value FROM json_each(:ids)))" \
    " AND (:resources IS NULL OR j.resource IN (SELECT value FROM json_each(:resources)))" \
    " AND (:type IS NULL OR j.type = :type) AND (:api IS NULL OR j.api = :api)" \
    " AND j.created BETWEEN :begin AND :end ORDER BY j.seq"

/* Is the resource or job of this id, or the kind of it, held? */
#define SQL_IS_HELD(id) \
    "EXISTS (SELECT 1 FROM held WHERE what IN (" id \
    ", (SELECT kind FROM resource WHERE id = " id ")" \
    ", (SELECT resource FROM job WHERE id = " id ")" \
    ", (SELECT r.kind FROM resource r JOIN job j ON j.resource = r.id WHERE j.id = " id ")))"

#define SQL_STATEMENTS(X) \
    X(BEGIN,    "BEGIN IMMEDIATE") \
    X(READ,     "BEGIN") \
    X(COMMIT,   "COMMIT") \
    X(ROLLBACK, "ROLLBACK") \
    X(META_GET, "SELECT value FROM meta WHERE name = :name") \
    X(META_PUT, "INSERT INTO meta(name, value) VALUES(:name, :value)" \
                " ON CONFLICT DO UPDATE SET value = excluded.value") \
    /* resources */ \
    X(RES_GET, "SELECT * FROM resource WHERE id = :id") \
    X(RES_BY_SEQ, "SELECT * FROM resource WHERE seq = :seq") \
    X(RES_INSERT, \
      "INSERT INTO resource(region, kind, id, parent, lb, name, status, variant, vpc, number, body)" \
      " VALUES(:region, :kind, :id, :parent, :lb, :name, :status, :variant, :vpc, :number, :body)") \
    X(RES_UPDATE, \
      "UPDATE resource SET name = :name, variant = :variant, number = :number, body = :body" \
      " WHERE id = :id") \
    X(RES_STATUS, "UPDATE resource SET status = :status WHERE id = :id") \
    X(RES_STATUS_OF_PARENT, "UPDATE resource SET status = :status WHERE parent = :id") \
    X(RES_STATUS_OF_LB, "UPDATE resource SET status = :status WHERE lb = :id") \
    X(RES_SETTLE, \
      "UPDATE resource SET status = :status WHERE id = :id AND status <> 'Deleting'") \
    X(RES_DELETE, "DELETE FROM resource WHERE id = :id") \
    X(RES_OF, "SELECT id FROM resource WHERE parent = :id OR lb = :id ORDER BY seq") \
    X(RES_COUNT_KIND, \
      "SELECT count(*) FROM resource WHERE region = :region AND kind = :kind") \
    X(RES_COUNT_LB, "SELECT count(*) FROM resource WHERE lb = :lb AND kind = :kind") \
    X(RES_AT_NUMBER, \
      "SELECT id, variant FROM resource WHERE parent = :parent AND number = :number ORDER BY seq") \
    X(RULES_OF, "SELECT seq FROM resource WHERE parent = :listener AND kind = 'Rule'" \
                " ORDER BY seq") \
    X(LIST_ALL, "SELECT r.seq AS seq FROM resource r" SQL_LIST_WHERE) \
    X(LIST_IDS, "SELECT r.seq AS seq FROM (SELECT DISTINCT value FROM json_each(:ids)) j" \
                " CROSS JOIN resource r ON r.id = j.value" SQL_LIST_WHERE) \
    X(LIST_PARENTS, "SELECT r.seq AS seq FROM (SELECT DISTINCT value FROM json_each(:parents)) j" \
                    " CROSS JOIN resource r INDEXED BY resource_parent" \
                    " ON r.parent = j.value" SQL_LIST_WHERE) \
    X(LIST_LBS, "SELECT r.seq AS seq FROM (SELECT DISTINCT value FROM json_each(:lbs)) j" \
                " CROSS JOIN resource r INDEXED BY resource_lb ON r.lb = j.value" SQL_LIST_WHERE) \
    X(LIST_TAGS, "SELECT r.seq AS seq FROM tag d CROSS JOIN resource r ON r.id = d.id" \
                 " AND d.region = :region AND d.kind = :kind" \
                 " AND d.key = :tag_key AND d.value = :tag_value" SQL_LIST_WHERE) \
    /* the usual lists: of one parent, load balancer or id, or of all */ \
    X(PLAIN_PARENT, "SELECT seq FROM resource INDEXED BY resource_parent" \
                    " WHERE parent = :one" SQL_PLAIN_WHERE) \
    X(PLAIN_LB, "SELECT seq FROM resource INDEXED BY resource_lb WHERE lb = :one" SQL_PLAIN_WHERE) \
    X(PLAIN_ID, "SELECT seq FROM resource WHERE id = :one" SQL_PLAIN_WHERE) \
    X(PLAIN_ALL, "SELECT seq FROM resource INDEXED BY resource_kind WHERE true" SQL_PLAIN_WHERE) \
    X(QUIC_USERS, "SELECT count(*) FROM resource WHERE parent = :lb AND kind = 'Listener'" \
                  " AND id <> :id AND json_extract(body, '$.QuicConfig.QuicListenerId') = :quic" \
                  " AND json_extract(body, '$.QuicConfig.QuicUpgradeEnabled')") \
    /* for who looks on */ \
    X(LOOK_GROUPS, "SELECT r.id AS id, r.name AS name, g.key AS key, g.value AS value" \
                   " FROM resource r LEFT JOIN tag g ON g.id = r.id" \
                   " WHERE r.kind = 'ServerGroup' ORDER BY r.seq, g.key") \
    X(LOOK_SERVERS, "SELECT grp, ip, status FROM server ORDER BY seq") \
    /* servers */ \
    X(SERVER_LIST, "SELECT * FROM server WHERE grp = :grp ORDER BY seq") \
    X(SERVER_REGION, \
      "SELECT s.* FROM server s CROSS JOIN resource r ON r.id = s.grp" \
      " WHERE s.seq > :after AND r.region = :region AND r.kind = 'ServerGroup'" \
      " AND (:grp IS NULL OR s.grp = :grp) AND (:tags IS NULL OR NOT EXISTS (" \
      "      SELECT 1 FROM json_each(:tags) t WHERE NOT EXISTS (" \
      "        SELECT 1 FROM tag g WHERE g.id = r.id" \
      "        AND g.key = json_extract(t.value, '$.Key')" \
      "        AND g.value = ifnull(json_extract(t.value, '$.Value'), g.value))))" \
      " ORDER BY s.seq") \
    X(SERVER_TOTAL, "SELECT count(*) FROM resource r CROSS JOIN server s ON s.grp = r.id" \
                    " WHERE r.region = :region AND r.kind = 'ServerGroup'") \
    X(SERVER_INSERT, \
      "INSERT INTO server(grp, id, ip, type, port, weight, status, doomed, remote, description)" \
      " VALUES(:grp, :id, :ip, :type, :port, :weight, :status, 0, :remote, :description)") \
    X(SERVER_CHANGE, "UPDATE server SET status = :status, doomed = :doomed, weight = :weight," \
                     " description = :description WHERE seq = :seq") \
    X(SERVER_SETTLE_GONE, "DELETE FROM server WHERE grp = :grp AND doomed = 1") \
    X(SERVER_SETTLE, "UPDATE server SET status = 'Available' WHERE grp = :grp") \
    X(SERVER_COUNT, "SELECT count(*) FROM server WHERE grp = :grp AND doomed = 0") \
    X(SERVER_COUNT_ALL, "SELECT count(*) FROM server WHERE grp = :grp") \
    X(SERVER_DELETE, "DELETE FROM server WHERE grp = :grp") \
    X(SERVER_MOST_ADDED, /* references to an address: its entries times the uses of their groups */ \
      "SELECT m.ip AS ip, count(*) AS n FROM (SELECT DISTINCT ip FROM server" \
      "    WHERE grp = :grp AND doomed = 0) m" \
      " CROSS JOIN server s ON s.ip = m.ip AND s.doomed = 0" \
      " CROSS JOIN attachment a ON a.grp = s.grp AND a.doomed = 0" \
      " GROUP BY m.ip ORDER BY n DESC, ip LIMIT 1") \
    /* certificates */ \
    X(CERT_LIST, "SELECT * FROM certificate WHERE listener = :listener ORDER BY seq") \
    X(CERT_INSERT, "INSERT INTO certificate(listener, id, status)" \
                   " VALUES(:listener, :id, 'Associating')") \
    X(CERT_DOOM, "UPDATE certificate SET status = 'Diassociating'" \
                 " WHERE listener = :listener AND id = :id") \
    X(CERT_SETTLE_GONE, \
      "DELETE FROM certificate WHERE listener = :listener AND status = 'Diassociating'") \
    X(CERT_SETTLE, "UPDATE certificate SET status = 'Associated' WHERE listener = :listener") \
    X(CERT_DELETE, "DELETE FROM certificate WHERE listener = :listener") \
    X(CERT_COUNT_LB, "SELECT count(*) FROM certificate c JOIN resource r ON r.id = c.listener" \
                     " WHERE r.lb = :lb") \
    /* ACLs */ \
    X(ENTRY_LIST, "SELECT * FROM acl_entry WHERE acl = :acl ORDER BY seq") \
    X(ENTRY_GET, "SELECT seq, status FROM acl_entry WHERE acl = :acl AND entry = :entry") \
    X(ENTRY_INSERT, "INSERT INTO acl_entry(acl, entry, description, status)" \
                    " VALUES(:acl, :entry, :description, 'Adding')") \
    X(ENTRY_DOOM, "UPDATE acl_entry SET status = 'Removing' WHERE acl = :acl AND entry = :entry") \
    X(ENTRY_SETTLE_GONE, "DELETE FROM acl_entry WHERE acl = :acl AND status = 'Removing'") \
    X(ENTRY_SETTLE, "UPDATE acl_entry SET status = 'Available' WHERE acl = :acl") \
    X(ENTRY_DELETE, "DELETE FROM acl_entry WHERE acl = :acl") \
    X(ENTRY_COUNT, "SELECT count(*) FROM acl_entry WHERE acl = :acl AND status <> 'Removing'") \
    X(ENTRY_COUNT_LISTENER, \
      "SELECT count(*) FROM acl_relation a JOIN acl_entry e ON e.acl = a.acl" \
      " WHERE a.listener = :listener AND a.status <> 'Dissociating' AND e.status <> 'Removing'") \
    X(ENTRY_COUNT_LB, \
      "SELECT count(*) FROM acl_relation a JOIN acl_entry e ON e.acl = a.acl" \
      " WHERE a.lb = :lb AND a.status <> 'Dissociating' AND e.status <> 'Removing'") \
    X(ENTRY_TWICE, /* an entry that two ACLs of a listener have */ \
      "SELECT e.entry AS entry FROM acl_relation a JOIN acl_entry e ON e.acl = a.acl" \
      " WHERE a.listener = :listener AND a.status <> 'Dissociating'" \
      " GROUP BY e.entry HAVING count(*) > 1 ORDER BY e.entry LIMIT 1") \
    X(RELATION_OF_ACL, \
      "SELECT a.listener AS listener, a.lb AS lb, a.status AS status, r.number AS port," \
      " r.variant AS protocol, l.variant AS edition FROM acl_relation a" \
      " JOIN resource r ON r.id = a.listener JOIN resource l ON l.id = a.lb" \
      " WHERE a.acl = :acl ORDER BY a.seq") \
    X(RELATION_OF_LISTENER, \
      "SELECT acl, type, status FROM acl_relation WHERE listener = :listener ORDER BY seq") \
    X(RELATION_INSERT, "INSERT INTO acl_relation(acl, listener, lb, type, status)" \
                       " VALUES(:acl, :listener, :lb, :type, 'Associating')") \
    X(RELATION_DOOM, "UPDATE acl_relation SET status = 'Dissociating'" \
                     " WHERE listener = :listener AND acl = :acl") \
    X(RELATION_SETTLE_GONE, \
      "DELETE FROM acl_relation WHERE listener = :listener AND status = 'Dissociating'") \
    X(RELATION_SETTLE, "UPDATE acl_relation SET status = 'Associated' WHERE listener = :listener") \
    X(RELATION_DELETE, "DELETE FROM acl_relation WHERE listener = :listener") \
    X(RELATION_MOVING, "SELECT count(*) FROM acl_relation" \
                       " WHERE acl = :acl AND listener <> :listener AND status <> 'Associated'") \
    X(ACL_NAMED, "SELECT count(*) FROM resource WHERE region = :region AND kind = 'Acl'" \
                 " AND name = :name AND id <> :id") \
    X(RELATION_COUNT_ACL, "SELECT count(*) FROM acl_relation WHERE acl = :acl") \
    X(RELATION_COUNT_LISTENER, "SELECT count(*) FROM acl_relation" \
                               " WHERE listener = :listener AND status <> 'Dissociating'") \
    X(RELATION_COUNT_LB, "SELECT count(*) FROM acl_relation WHERE lb = :lb") \
    /* capacity kept ready for the other load balancers of the region */ \
    X(CAPACITY_OTHERS, \
      "SELECT ifnull(sum(json_extract(body, '$.CapacityReservation.Units')), 0) FROM resource" \
      " WHERE region = :region AND kind = 'LoadBalancer' AND id <> :id") \
    /* scripts; 'number' is their lines */ \
    X(SCRIPT_COUNT, "SELECT count(*) FROM resource WHERE parent = :listener AND kind = 'AScript'") \
    X(SCRIPT_LINES, "SELECT ifnull(sum(number), 0) FROM resource WHERE parent = :listener" \
                    " AND kind = 'AScript'") \
    /* security policies */ \
    X(POLICY_USERS, \
      "SELECT id, lb, variant, number FROM resource WHERE region = :region" \
      " AND kind = 'Listener' AND json_extract(body, '$.SecurityPolicyId') = :policy ORDER BY seq") \
    X(POLICY_USERS_COUNT, /* an id is in one region only */ \
      "SELECT count(*) FROM resource WHERE kind = 'Listener'" \
      " AND json_extract(body, '$.SecurityPolicyId') = :policy") \
    /* attachments */ \
    X(ATTACH_INSERT, "INSERT INTO attachment(holder, grp, lb, doomed)" \
                     " VALUES(:holder, :grp, :lb, 0)") \
    X(ATTACH_DOOM, "UPDATE attachment SET doomed = 1 WHERE holder = :holder") \
    X(ATTACH_SETTLE, "DELETE FROM attachment WHERE holder = :holder AND doomed = 1") \
    X(ATTACH_DELETE, "DELETE FROM attachment WHERE holder = :holder") \
    X(ATTACH_IN_USE, "SELECT EXISTS (SELECT 1 FROM attachment WHERE grp = :grp)") \
    X(ATTACH_COUNT, \
      "SELECT count(DISTINCT holder) FROM attachment WHERE grp = :grp AND doomed = 0") \
    X(ATTACH_LBS, "SELECT DISTINCT lb FROM attachment WHERE grp = :grp ORDER BY lb") \
    X(ATTACH_LB_SERVERS, \
      "SELECT count(*) FROM attachment a JOIN server s ON s.grp = a.grp" \
      " WHERE a.lb = :lb AND a.doomed = 0 AND s.doomed = 0") \
    /* tags */ \
    X(TAG_PUT, "INSERT INTO tag(region, kind, id, key, value)" \
               " VALUES(:region, :kind, :id, :key, :value)" \
               " ON CONFLICT DO UPDATE SET value = excluded.value") \
    X(TAG_LIST, "SELECT key, value FROM tag WHERE id = :id ORDER BY seq") \
    X(TAG_COUNT, "SELECT count(*) FROM tag WHERE id = :id") \
    X(TAG_DELETE, "DELETE FROM tag WHERE id = :id AND key = :key") \
    X(TAG_DELETE_ALL, "DELETE FROM tag WHERE id = :id") \
    X(TAG_PAIRS, \
      "SELECT seq, id, key, value FROM tag t WHERE region = :region AND kind = :kind" \
      " AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))" \
      " AND (:tags IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(:tags) w" \
      "      WHERE NOT EXISTS (SELECT 1 FROM tag g WHERE g.id = t.id" \
      "        AND g.key = json_extract(w.value, '$.Key')" \
      "        AND g.value = ifnull(json_extract(w.value, '$.Value'), g.value))))" \
      " ORDER BY seq") \
    X(TAG_KEYS, "SELECT min(seq) AS seq, key FROM tag" \
                " WHERE region = :region AND kind = :kind" \
                " AND (:keyword IS NULL OR instr(key, :keyword) > 0) GROUP BY key ORDER BY 1") \
    X(TAG_VALUES, "SELECT min(seq) AS seq, value FROM tag" \
                  " WHERE region = :region AND (:kind IS NULL OR kind = :kind) AND key = :key" \
                  " AND (:id IS NULL OR id = :id) GROUP BY value ORDER BY 1") \
    /* vSwitches */ \
    X(VSWITCH_PUT, "INSERT OR IGNORE INTO vswitch(id, region, lb, vpc)" \
                   " VALUES(:id, :region, :lb, :vpc)") \
    X(VSWITCH_FORGET, "DELETE FROM vswitch WHERE lb = :lb") \
    X(VSWITCH_VPC, "SELECT vpc FROM vswitch WHERE id = :id AND region = :region" \
                   " ORDER BY rowid LIMIT 1") \
    X(VSWITCH_USERS, "SELECT count(*) FROM vswitch WHERE id = :id AND region = :region") \
    X(VSWITCH_LIST, "SELECT min(rowid) AS seq, id, vpc FROM vswitch WHERE region = :region" \
                    " GROUP BY id ORDER BY 1") \
    /* jobs and what is pending */ \
    X(JOB_INSERT, \
      "INSERT INTO job(region, id, api, operate, type, resource, status, created, modified)" \
      " VALUES(:region, :id, :api, :operate, :type, :resource, 'Processing', :now, :now)") \
    X(JOB_DONE, "UPDATE job SET modified = :at, status = CASE WHEN EXISTS" \
                " (SELECT 1 FROM failure WHERE job = :id) THEN 'Failed' ELSE 'Succeeded' END" \
                " WHERE id = :id") \
    X(JOB_LIST, "SELECT j.* FROM job j" SQL_JOB_WHERE) \
    X(JOB_LIST_IDS, "SELECT j.* FROM (SELECT DISTINCT value FROM json_each(:ids)) i" \
                    " CROSS JOIN job j ON j.id = i.value" SQL_JOB_WHERE) \
    X(JOB_LIST_RESOURCES, \
      "SELECT j.* FROM (SELECT DISTINCT value FROM json_each(:resources)) i" \
      " CROSS JOIN job j ON j.resource = i.value" SQL_JOB_WHERE) \
    X(PENDING_INSERT, "INSERT INTO pending(at_ms, effect, id, status)" \
                      " VALUES(:at, :effect, :id, :status)") \
    X(PENDING_DUE, "SELECT * FROM pending WHERE at_ms <= :now ORDER BY at_ms, seq LIMIT 1000") \
    X(PENDING_NEXT, "SELECT ifnull(min(at_ms), 0x7fffffffffffffff) FROM pending") \
    X(PENDING_DELETE, "DELETE FROM pending WHERE seq = :seq") \
    /* changes that fail */ \
    X(FAILING_PUT, "INSERT OR REPLACE INTO failing(action, code, message)" \
                   " VALUES(:action, :code, :message)") \
    X(FAILING_GET, "SELECT * FROM failing WHERE action = :action") \
    X(FAILING_DELETE, "DELETE FROM failing WHERE action = :action") \
    X(FAILING_COUNT, "SELECT (SELECT count(*) FROM failing) + (SELECT count(*) FROM failure)") \
    X(FAILURE_PUT, "INSERT INTO failure(job, code, message) VALUES(:job, :code, :message)") \
    X(FAILURE_GET, "SELECT * FROM failure WHERE job = :job") \
    X(FAIL_MARK, "SELECT (SELECT ifnull(max(seq), 0) FROM pending) AS pending," \
                 " (SELECT ifnull(max(seq), 0) FROM resource) AS resource") \
    X(FAIL_SAVE, "SAVEPOINT fail") \
    X(FAIL_BACK, "ROLLBACK TO fail") \
    X(FAIL_UNDO, "UPDATE pending SET effect = 'undo' WHERE seq > :pending AND effect = 'settle'" \
                 " AND id IN (SELECT id FROM resource WHERE seq > :resource)") \
    X(LB_LOCK, "UPDATE resource SET body = json_set(body, '$.LoadBalancerBussinessStatus', :status," \
               " '$.LoadBalancerOperationLocks', json(:locks))" \
               " WHERE id = :lb AND kind = 'LoadBalancer'") \
    X(LB_COUNT, "SELECT count(*) FROM resource WHERE id = :lb AND kind = 'LoadBalancer'") \
    /* knobs; what is held is due at the end of time */ \
    X(PENDING_HOLD, "UPDATE pending SET at_ms = 0x7fffffffffffffff" \
                    " WHERE " SQL_IS_HELD("pending.id")) \
    X(PENDING_RELEASE, "UPDATE pending SET at_ms = :now WHERE at_ms = 0x7fffffffffffffff" \
                       " AND NOT " SQL_IS_HELD("pending.id")) \
    X(HELD_PUT, "INSERT OR IGNORE INTO held(what) VALUES(:what)") \
    X(HELD_DELETE, "DELETE FROM held WHERE what = :what") \
    X(HELD_COUNT, "SELECT count(*) FROM held") \
    X(HELD_GET, "SELECT " SQL_IS_HELD(":id")) \
    X(UNLISTED_PUT, "INSERT INTO unlisted(seq, until_ms)" \
                    " SELECT seq, :until FROM resource WHERE id = :id") \
    X(UNLISTED_EXPIRE, "DELETE FROM unlisted WHERE until_ms <= :now") \
    X(UNLISTED_LAST, "SELECT ifnull(max(until_ms), 0) FROM unlisted") \
    X(UNLISTED_GET, "SELECT count(*) FROM unlisted WHERE seq = :seq AND until_ms > :now") \
    X(HEALTH_PUT, \
      "INSERT OR REPLACE INTO health(grp, ip, port, status, reason, expected, actual)" \
      " VALUES(:grp, :ip, :port, :status, :reason, :expected, :actual)") \
    X(HEALTH_DELETE, "DELETE FROM health WHERE grp = :grp AND ip = :ip AND port = :port") \
    X(HEALTH_FORGET, "DELETE FROM health WHERE grp = :grp") \
    X(HEALTH_GET, "SELECT * FROM health WHERE grp = :grp AND ip = :ip AND port IN (0, :port)" \
                  " ORDER BY port DESC LIMIT 1") \
    /* client tokens */ \
    X(TOKEN_GET, "SELECT params, reply FROM token" \
                 " WHERE region = :region AND action = :action AND token = :token" \
                 " AND at_ms > :since") \
    X(TOKEN_PUT, "INSERT OR REPLACE INTO token(region, action, token, at_ms, params, reply)" \
                 " VALUES(:region, :action, :token, :at, :params, :reply)") \
    X(TOKEN_EXPIRE, "DELETE FROM token WHERE at_ms <= :since")

enum sql {
#define X(name, text) SQL_##name,
    SQL_STATEMENTS(X)
#undef X
    SQL_COUNT
};
/* clang-format on */
