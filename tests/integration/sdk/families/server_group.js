/* server_group.js - server groups of all three types and their settings. */
'use strict';
const {
    assert, call, change, contains, jobOf, pages, refused, settle, step, wouldDo,
} = require('../lib');
const {
    groupRequest, listener, loadBalancer, serverGroup,
} = require('../make');

const read = async (id) => (await call('ListServerGroups', { serverGroupIds: [id] })).serverGroups[0];
const ids = async (filter) => (await call('ListServerGroups', filter)).serverGroups.map((g) => g.serverGroupId);
const made = {};

async function testCreate() {
    const request = groupRequest({
        clientToken: 'group-1',
        serverGroupName: 'sdk-full',
        serverGroupType: 'Instance',
        protocol: 'HTTP',
        scheduler: 'Wrr',
        resourceGroupId: 'rg-other',
        serviceName: 'shop',
        upstreamKeepaliveEnabled: true,
        healthCheckConfig: {
            healthCheckEnabled: true, healthCheckPath: '/healthz', healthCheckProtocol: 'HTTP',
            healthCheckCodes: ['http_2xx', 'http_3xx'], healthCheckMethod: 'GET', healthCheckHost: 'a.example.com',
            healthCheckHttpVersion: 'HTTP1.0', healthCheckConnectPort: 8081, healthCheckInterval: 5,
            healthCheckTimeout: 3, healthyThreshold: 4, unhealthyThreshold: 5,
        },
        stickySessionConfig: { stickySessionEnabled: true, stickySessionType: 'Insert', cookieTimeout: 500 },
        connectionDrainConfig: { connectionDrainEnabled: true, connectionDrainTimeout: 120 },
        slowStartConfig: { slowStartEnabled: true, slowStartDuration: 60 },
        tag: [{ key: 'k', value: 'v' }],
    });
    await wouldDo('CreateServerGroup', { ...request, clientToken: undefined });
    const { serverGroupId, jobId } = await call('CreateServerGroup', request);
    made.full = serverGroupId;
    assert.match(serverGroupId, /^sgp-[a-z0-9]{18}$/);
    contains(await call('CreateServerGroup', request), { serverGroupId, jobId });
    await refused('CreateServerGroup', { ...request, serverGroupName: 'sdk-else' }, 'IdempotentParameterMismatch');
    contains(await read(serverGroupId), { serverGroupStatus: 'Creating' });
    await settle();
    contains(await jobOf(jobId), { resourceType: 'servergroup', resourceId: serverGroupId, status: 'Succeeded' });
    const { clientToken, tag, ...shown } = request;
    contains(await read(serverGroupId), {
        ...shown, tags: tag, serverGroupStatus: 'Available', serverCount: 0, relatedLoadBalancerIds: [],
        configManagedEnabled: false, crossZoneEnabled: true, ipv6Enabled: false,
    });
}

/* The documented defaults; what is off is absent. */
async function testDefaults() {
    const got = await read(await serverGroup());
    contains(got, {
        serverGroupType: 'Instance', protocol: 'HTTP', scheduler: 'Wrr',
        healthCheckConfig: {
            healthCheckEnabled: true, healthCheckProtocol: 'HTTP', healthCheckConnectPort: 0, healthCheckMethod: 'HEAD',
            healthCheckHttpVersion: 'HTTP1.1', healthCheckCodes: ['http_2xx'], healthCheckInterval: 2,
            healthCheckTimeout: 5, healthyThreshold: 3, unhealthyThreshold: 3,
        },
    });
    for (const off of ['stickySessionConfig', 'connectionDrainConfig', 'slowStartConfig', 'uchConfig'])
        assert.strictEqual(got[off], undefined, off);
    const unchecked = await read(await serverGroup({ healthCheckConfig: { healthCheckEnabled: false } }));
    assert.deepStrictEqual(unchecked.healthCheckConfig.toMap(), { HealthCheckEnabled: false });
}

async function testTypes() {
    contains(await read(await serverGroup({ serverGroupType: 'Ip', ipv6Enabled: true })), { serverGroupType: 'Ip', ipv6Enabled: true });
    const functions = await serverGroup({
        serverGroupType: 'Fc', vpcId: undefined, healthCheckConfig: { healthCheckEnabled: false },
    });
    contains(await read(functions), { serverGroupType: 'Fc' });
    const hashed = await serverGroup({ scheduler: 'Sch', uchConfig: { type: 'QueryString', value: 'user' } });
    contains(await read(hashed), { scheduler: 'Sch', uchConfig: { type: 'QueryString', value: 'user' } });
    const grpc = await serverGroup({
        protocol: 'gRPC',
        healthCheckConfig: { healthCheckEnabled: true, healthCheckProtocol: 'gRPC', healthCheckCodes: ['0-99'] },
    });
    contains(await read(grpc), { protocol: 'gRPC', healthCheckConfig: { healthCheckMethod: 'POST' } });
    const named = await serverGroup({
        stickySessionConfig: { stickySessionEnabled: true, stickySessionType: 'Server', cookie: 'B490B5EBF6F3CD402E515D22BCDA1598' },
        ipVersionAffinityMode: 'NonAffinity',
    });
    contains(await read(named), {
        stickySessionConfig: { stickySessionType: 'Server', cookie: 'B490B5EBF6F3CD402E515D22BCDA1598' },
        ipVersionAffinityMode: 'NonAffinity',
    });
}

async function testWrongRequests() {
    const wrong = (more, code) => refused('CreateServerGroup', groupRequest(more), code);
    const health = (more) => ({ healthCheckConfig: { healthCheckEnabled: true, ...more } });
    await wrong({ serverGroupName: 'x' }, /^(IllegalParam|InvalidParameter)/);
    await wrong({ vpcId: undefined }, /^Missing/);
    await wrong({ resourceGroupId: 'nothing' }, 'NotExist.ResourceGroup');
    await wrong({ healthCheckConfig: { healthCheckPath: '/x' } }, 'MissingHealthCheckEnabled');
    await wrong(health({ healthCheckInterval: 51 }), /^(IllegalParam|InvalidParameter)/);
    await wrong(health({ healthyThreshold: 1 }), /^(IllegalParam|InvalidParameter)/);
    await wrong(health({ healthCheckCodes: ['http_9xx'] }), /^(IllegalParam|InvalidParameter)/);
    await wrong({ scheduler: 'Wlc', slowStartConfig: { slowStartEnabled: true } },
        'Mismatch.ServerGroupSchedulerAndSlowStartEnable');
    const fc = { serverGroupType: 'Fc', vpcId: undefined, healthCheckConfig: { healthCheckEnabled: false } };
    await wrong({ ...fc, slowStartConfig: { slowStartEnabled: true } }, 'UnsupportedFeature.SlowStart');
    await wrong({ ...fc, connectionDrainConfig: { connectionDrainEnabled: true } }, 'UnsupportedFeature.ConnectionDrain');
    await wrong({ crossZoneEnabled: false, stickySessionConfig: { stickySessionEnabled: true } }, /^IllegalParam/);
}

async function testUpdate() {
    const id = made.full;
    await refused('UpdateServerGroupAttribute', { serverGroupId: 'sgp-none' }, 'ResourceNotFound.ServerGroup');
    await wouldDo('UpdateServerGroupAttribute', { serverGroupId: id, scheduler: 'Wrr' });
    await call('UpdateServerGroupAttribute', {
        serverGroupId: id, serverGroupName: 'sdk-renamed', healthCheckConfig: { healthCheckInterval: 7 },
        stickySessionConfig: { stickySessionEnabled: false },
    });
    contains(await read(id), { serverGroupStatus: 'Configuring' });
    await refused('UpdateServerGroupAttribute', { serverGroupId: id, scheduler: 'Wlc' }, 'IncorrectStatus.ServerGroup');
    await refused('DeleteServerGroup', { serverGroupId: id }, 'ResourceInConfiguring');
    await settle();
    const got = await read(id);
    contains(got, { /* the rest stays as it was */
        serverGroupStatus: 'Available', serverGroupName: 'sdk-renamed',
        healthCheckConfig: { healthCheckInterval: 7, healthCheckPath: '/healthz', healthCheckTimeout: 3 },
    });
    assert.strictEqual(got.stickySessionConfig, undefined);
    await refused('UpdateServerGroupAttribute', { serverGroupId: id, scheduler: 'Wlc' },
        'Mismatch.ServerGroupSchedulerAndSlowStartEnable');
}

/* A group in use by a Basic load balancer cannot be given what that cannot do. */
async function testBasicEdition() {
    const group = await serverGroup();
    await listener(await loadBalancer({ loadBalancerEdition: 'Basic' }), group);
    await refused('UpdateServerGroupAttribute', { serverGroupId: group, slowStartConfig: { slowStartEnabled: true } },
        'Mismatch.LoadBalancerEditionAndSlowStartEnable');
    await refused('UpdateServerGroupAttribute', {
        serverGroupId: group, connectionDrainConfig: { connectionDrainEnabled: true },
    }, 'Mismatch.LoadBalancerEditionAndConnectionDrain');
    await refused('DeleteServerGroup', { serverGroupId: group }, 'ResourceInUse.ServerGroup');
}

async function testList() {
    const all = await ids({ maxResults: 100 });
    assert.deepStrictEqual((await pages('ListServerGroups', {}, 'serverGroups', 3)).map((g) => g.serverGroupId), all);
    assert.deepStrictEqual(await ids({ serverGroupNames: ['sdk-renamed'] }), [made.full]);
    assert.deepStrictEqual(await ids({ tag: [{ key: 'k', value: 'v' }] }), [made.full]);
    assert.deepStrictEqual(await ids({ resourceGroupId: 'rg-other' }), [made.full]);
    assert.strictEqual((await ids({ serverGroupType: 'Fc' })).length, 1);
    assert.deepStrictEqual(await ids({ vpcId: 'vpc-none' }), []);
    assert.deepStrictEqual(await ids({ serverGroupIds: ['sgp-none'] }), []);
}

async function testDelete() {
    const id = made.full;
    await wouldDo('DeleteServerGroup', { serverGroupId: id });
    const { jobId } = await call('DeleteServerGroup', { serverGroupId: id });
    await refused('DeleteServerGroup', { serverGroupId: id }, 'IncorrectStatus.ServerGroup');
    await settle();
    contains(await jobOf(jobId), { status: 'Succeeded', operateType: 'Delete' });
    assert.deepStrictEqual(await ids({ serverGroupIds: [id] }), []);
    await refused('DeleteServerGroup', { serverGroupId: id }, 'ResourceNotFound.ServerGroup');
}

/* sdk.sh lowers the quota of 3000 to 40. */
async function testQuota() {
    const { totalCount } = await call('ListServerGroups', {});
    for (let n = totalCount; n < 40; n++)
        await call('CreateServerGroup', groupRequest());
    await refused('CreateServerGroup', groupRequest(), 'QuotaExceeded.ServerGroupsNum');
}

module.exports = async function family() {
    await step('server group: created once for its token, and read back', testCreate);
    await step('server group: defaults are the documented ones', testDefaults);
    await step('server group: of every type, protocol and scheduler', testTypes);
    await step('server group: wrong requests are refused', testWrongRequests);
    await step('server group: changed member by member, and meanwhile by nobody else', testUpdate);
    await step('server group: what a Basic load balancer cannot do stays off', testBasicEdition);
    await step('server group: found by every filter, and page by page', testList);
    await step('server group: deleted', testDelete);
    await step('server group: as many as the quota and no more', testQuota);
};
