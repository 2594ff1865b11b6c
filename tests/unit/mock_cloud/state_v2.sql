-- A state of version 2, as the alb-mock of that time wrote it (.dump of the sqlite3 shell): a server
-- group and a load balancer, and an ACL, still pending, with their client tokens.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta(
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO meta VALUES('rng',-542645195785841085);
CREATE TABLE resource(
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
INSERT INTO resource VALUES(1,'cn-hangzhou','ServerGroup','sgp-dysp8v84rftq4esmt9',NULL,NULL,'gg','Creating','Instance','vpc-1',0,'{"ConfigManagedEnabled":false,"CrossZoneEnabled":true,"Ipv6Enabled":false,"UpstreamKeepaliveEnabled":false,"Protocol":"HTTP","ResourceGroupId":"rg-default","Scheduler":"Wrr","ServerGroupType":"Instance","HealthCheckConfig":{"HealthCheckConnectPort":0,"HealthCheckHost":"$SERVER_IP","HealthCheckHttpVersion":"HTTP1.1","HealthCheckInterval":2,"HealthCheckPath":"/","HealthCheckProtocol":"HTTP","HealthCheckTimeout":5,"HealthyThreshold":3,"UnhealthyThreshold":3,"HealthCheckCodes":["http_2xx"],"HealthCheckEnabled":false,"HealthCheckMethod":"HEAD"},"StickySessionConfig":{"StickySessionType":"Insert","CookieTimeout":1000},"ConnectionDrainConfig":{"ConnectionDrainTimeout":300},"SlowStartConfig":{"SlowStartDuration":30},"VpcId":"vpc-1","ServerGroupName":"gg","CreateTime":"2026-11-22T09:11:19Z","ServerGroupId":"sgp-dysp8v84rftq4esmt9"}');
INSERT INTO resource VALUES(2,'cn-hangzhou','LoadBalancer','alb-h3ft6vgp13e6asvduv',NULL,NULL,'one','Provisioning','Standard','vpc-1',0,'{"AddressType":"Intranet","LoadBalancerEdition":"Standard","LoadBalancerName":"one","VpcId":"vpc-1","AddressAllocatedMode":"Fixed","AddressIpVersion":"IPv4","CreateTime":"2026-11-22T09:11:19Z","DNSName":"alb-h3ft6vgp13e6asvduv.cn-hangzhou.alb.aliyuncsslb.com","LoadBalancerBussinessStatus":"Normal","LoadBalancerId":"alb-h3ft6vgp13e6asvduv","RegionId":"cn-hangzhou","ResourceGroupId":"rg-default","DeletionProtectionConfig":{"Enabled":false},"ModificationProtectionConfig":{"Status":"NonProtection"},"LoadBalancerBillingConfig":{"PayType":"PostPay"},"LoadBalancerOperationLocks":[],"SecurityGroupIds":[],"ZoneMappings":[{"LoadBalancerAddresses":[{"Address":"10.10.144.114","IntranetAddress":"10.10.144.114","IntranetAddressHcStatus":"Healthy","Ipv4LocalAddresses":["10.24.229.155","10.253.95.100"]}],"Status":"Active","VSwitchId":"vsw-1","ZoneId":"cn-hangzhou-h"},{"LoadBalancerAddresses":[{"Address":"10.49.159.39","IntranetAddress":"10.49.159.39","IntranetAddressHcStatus":"Healthy","Ipv4LocalAddresses":["10.81.141.109","10.119.112.238"]}],"Status":"Active","VSwitchId":"vsw-2","ZoneId":"cn-hangzhou-i"}]}');
INSERT INTO resource VALUES(3,'cn-hangzhou','Acl','acl-s5c4gg8av1j95okre3',NULL,NULL,'acl1','Creating',NULL,NULL,0,'{"AclId":"acl-s5c4gg8av1j95okre3","AclName":"acl1","AddressIPVersion":"IPv4","ConfigManagedEnabled":false,"CreateTime":"2026-11-22T09:11:19Z","ResourceGroupId":"rg-default"}');
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
CREATE TABLE certificate(
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  listener TEXT NOT NULL,
  id       TEXT NOT NULL,
  status   TEXT NOT NULL,
  UNIQUE(listener, id)
) STRICT;
CREATE TABLE acl_entry(
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  acl         TEXT NOT NULL,
  entry       TEXT NOT NULL,      -- as it was told
  description TEXT,
  status      TEXT NOT NULL,      -- Adding, Available, Removing
  UNIQUE(acl, entry)
) STRICT;
CREATE TABLE acl_relation(
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  acl      TEXT NOT NULL,
  listener TEXT NOT NULL,
  lb       TEXT NOT NULL,
  type     TEXT NOT NULL,         -- White, Black: one for all of a listener
  status   TEXT NOT NULL,         -- Associating, Associated, Dissociating
  UNIQUE(listener, acl)
) STRICT;
CREATE TABLE attachment(
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  holder TEXT NOT NULL,           -- id of a listener or rule
  grp    TEXT NOT NULL,
  lb     TEXT NOT NULL,
  doomed INTEGER NOT NULL
) STRICT;
CREATE TABLE tag(
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  region TEXT NOT NULL,
  kind   TEXT NOT NULL,
  id     TEXT NOT NULL,
  key    TEXT NOT NULL,
  value  TEXT NOT NULL,
  UNIQUE(id, key)
) STRICT;
INSERT INTO tag VALUES(1,'cn-hangzhou','ServerGroup','sgp-dysp8v84rftq4esmt9','k','v');
CREATE TABLE vswitch(
  id     TEXT NOT NULL,
  region TEXT NOT NULL,
  lb     TEXT NOT NULL,
  vpc    TEXT NOT NULL,
  PRIMARY KEY(id, region, lb)
) STRICT;
INSERT INTO vswitch VALUES('vsw-1','cn-hangzhou','alb-h3ft6vgp13e6asvduv','vpc-1');
INSERT INTO vswitch VALUES('vsw-2','cn-hangzhou','alb-h3ft6vgp13e6asvduv','vpc-1');
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
INSERT INTO job VALUES(1,'cn-hangzhou','9e7eb00e-4c9c-4e35-81df-da7a5eb236f8','CreateServerGroup','Create','servergroup','sgp-dysp8v84rftq4esmt9','Processing',1795338679735,1795338679735);
INSERT INTO job VALUES(2,'cn-hangzhou','a7c92cf1-0f4b-4044-b0b4-b1b94408ab71','CreateAcl','Create','acl','acl-s5c4gg8av1j95okre3','Processing',1795338679961,1795338679961);
CREATE TABLE pending(
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms  INTEGER NOT NULL,
  effect TEXT NOT NULL,           -- settle, delete, job
  id     TEXT NOT NULL,
  status TEXT                     -- settle: the state to reach
) STRICT;
INSERT INTO pending VALUES(1,1795338739735,'settle','sgp-dysp8v84rftq4esmt9','Available');
INSERT INTO pending VALUES(2,1795338739735,'job','9e7eb00e-4c9c-4e35-81df-da7a5eb236f8',NULL);
INSERT INTO pending VALUES(3,1795338739855,'settle','alb-h3ft6vgp13e6asvduv','Active');
INSERT INTO pending VALUES(4,1795338739961,'settle','acl-s5c4gg8av1j95okre3','Available');
INSERT INTO pending VALUES(5,1795338739961,'job','a7c92cf1-0f4b-4044-b0b4-b1b94408ab71',NULL);
CREATE TABLE token(
  region TEXT NOT NULL,
  action TEXT NOT NULL,
  token  TEXT NOT NULL,
  at_ms  INTEGER NOT NULL,
  params TEXT NOT NULL,           -- SHA-256 of the canonical parameters
  reply  TEXT NOT NULL,
  PRIMARY KEY(region, action, token)
) STRICT;
INSERT INTO token VALUES('cn-hangzhou','CreateServerGroup','token-1',1795338679735,'864d4eae2407358d62220e651ebd5d051f590c238a5bdf2b796d7759ce806997','{"ServerGroupId":"sgp-dysp8v84rftq4esmt9","JobId":"9e7eb00e-4c9c-4e35-81df-da7a5eb236f8"}');
INSERT INTO token VALUES('cn-hangzhou','CreateLoadBalancer','token-2',1795338679855,'e763b3c7b43bdfe10d1bf1a72ed5dfcbde6dcd9b616021c40687cb2c282d1999','{"LoadBalancerId":"alb-h3ft6vgp13e6asvduv"}');
INSERT INTO token VALUES('cn-hangzhou','CreateAcl','token-3',1795338679961,'eb5899cb1420d1e541cc54d4f400f6b7074fb63f030cf88441d896ee79ca2898','{"AclId":"acl-s5c4gg8av1j95okre3","JobId":"a7c92cf1-0f4b-4044-b0b4-b1b94408ab71"}');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('resource',3);
INSERT INTO sqlite_sequence VALUES('tag',1);
INSERT INTO sqlite_sequence VALUES('pending',5);
INSERT INTO sqlite_sequence VALUES('job',2);
CREATE INDEX resource_kind   ON resource(region, kind, seq);
CREATE INDEX resource_parent ON resource(parent, number);
CREATE INDEX resource_lb     ON resource(lb, kind);
CREATE INDEX server_ip ON server(ip);
CREATE INDEX acl_relation_acl ON acl_relation(acl);
CREATE INDEX acl_relation_lb  ON acl_relation(lb);
CREATE INDEX attachment_holder ON attachment(holder);
CREATE INDEX attachment_grp    ON attachment(grp);
CREATE INDEX attachment_lb     ON attachment(lb);
CREATE INDEX tag_key ON tag(region, kind, key, value);
CREATE INDEX job_resource ON job(resource);
CREATE INDEX pending_at ON pending(at_ms, seq);
CREATE INDEX token_at ON token(at_ms);
COMMIT;
PRAGMA application_id = 0x616c626d;
PRAGMA user_version = 2;
