/* server.js - the members of server groups. */
'use strict';
const {
    assert, call, change, contains, jobOf, pages, refused, settle, sorted, step, wouldDo,
} = require('../lib');
const { listener, loadBalancer, serverGroup } = require('../make');

const made = {};
const eni = (n, more = {}) => ({ serverType: 'Eni', serverId: `eni-0a0000${n}`, serverIp: `10.0.0.${parseInt(n, 16)}`, port: 80, ...more });
const ecs = (id, more = {}) => ({ serverType: 'Ecs', serverId: id, port: 80, ...more });
const ip = (n, more = {}) => ({ serverType: 'Ip', serverId: `10.1.0.${n}`, serverIp: `10.1.0.${n}`, port: 80, ...more });
const group = (more) => ({ serverGroupId: made.group, ...more });

async function list(serverGroupId = made.group) {
    return (await call('ListServerGroupServers', { serverGroupId, maxResults: 100 })).servers;
}
const brief = async (...of) => sorted(await list(...of), 'serverId').map((s) => `${s.serverId}:${s.port} ${s.weight} ${s.status}`);

async function setup() {
    made.group = await serverGroup();
    made.ips = await serverGroup({ serverGroupType: 'Ip' });
    made.functions = await serverGroup({
        serverGroupType: 'Fc', vpcId: undefined, healthCheckConfig: { healthCheckEnabled: false },
    });
}

async function testAdd() {
    const servers = [eni('05', { weight: 60, description: 'first' }), ecs('i-web1', { port: 8080 })];
    await wouldDo('AddServersToServerGroup', group({ servers }));
    const { jobId } = await call('AddServersToServerGroup', group({ servers, clientToken: 'add-1' }));
    contains(await call('AddServersToServerGroup', group({ servers, clientToken: 'add-1' })), { jobId });
    assert.deepStrictEqual(await brief(), ['eni-0a000005:80 60 Adding', 'i-web1:8080 100 Adding']);
    await refused('AddServersToServerGroup', group({ servers: [eni('06')] }), 'ResourceInConfiguring');
    await refused('UpdateServerGroupServersAttribute', group({ servers: [eni('05', { weight: 1 })] }), 'ResourceInConfiguring');
    await refused('RemoveServersFromServerGroup', group({ servers: [eni('05')] }), 'ResourceInConfiguring.BackendServer');
    await settle();
    contains(await jobOf(jobId), { status: 'Succeeded', resourceId: made.group });
    contains(sorted(await list(), 'serverId')[0], {
        serverGroupId: made.group, serverId: 'eni-0a000005', serverIp: '10.0.0.5', serverType: 'Eni', port: 80,
        weight: 60, description: 'first', status: 'Available',
    });
    contains((await call('ListServerGroups', { serverGroupIds: [made.group] })).serverGroups[0], { serverCount: 2 });
}

async function testOtherTypes() {
    await change('AddServersToServerGroup', { serverGroupId: made.ips, servers: [ip(1, { remoteIpEnabled: true }), ip(2)] });
    contains(sorted(await list(made.ips), 'serverId'), [
        { serverId: '10.1.0.1', serverIp: '10.1.0.1', serverType: 'Ip', remoteIpEnabled: true },
        { serverId: '10.1.0.2', remoteIpEnabled: false },
    ]);
    const arn = 'acs:fc:cn-hangzhou:123:services/s/functions/f';
    await change('AddServersToServerGroup', { serverGroupId: made.functions, servers: [{ serverType: 'Fc', serverId: arn }] });
    contains(await list(made.functions), [{ serverId: arn, serverType: 'Fc' }]);
}

async function testWrongServers() {
    const wrong = (servers, code, more = {}) => refused('AddServersToServerGroup', group({ servers, ...more }), code);
    await wrong([eni('07'), eni('07')], 'DuplicatedParam.BackendServer');
    await wrong([eni('05')], 'Conflict.BackendServer');
    await wrong([ip(9)], 'Mismatch.ServerType');
    await wrong([ecs('i-1')], 'Mismatch.ServerType', { serverGroupId: made.ips });
    await wrong([eni('07')], 'ResourceNotFound.ServerGroup', { serverGroupId: 'sgp-none' });
    await wrong([eni('07', { serverIp: '10.0.0.999' })], 'IllegalParam.ServerIp');
    await wrong([eni('07', { serverIp: '10.9.9.9' })], 'IllegalParam.ServerIp'); /* not that interface's */
    await wrong([eni('07', { weight: 101 })], /^(IllegalParam|InvalidParameter)/);
    await wrong([eni('07', { port: 65536 })], /^(IllegalParam|InvalidParameter)/);
    await wrong([eni('07', { description: 'http://x' })], /^(IllegalParam|InvalidParameter)/);
    await wrong([eni('07', { port: undefined })], /^Missing/);
    const many = Array.from({ length: 201 }, (_, i) => ecs(`i-${i}`));
    await wrong(many, /^(IllegalParam|InvalidParameter)/);
}

async function testUpdate() {
    await call('UpdateServerGroupServersAttribute', group({
        servers: [eni('05', { weight: 0 }), ecs('i-web1', { port: 8080, description: 'second' })],
    }));
    assert.deepStrictEqual(await brief(), ['eni-0a000005:80 0 Configuring', 'i-web1:8080 100 Configuring']);
    await settle();
    const [one, two] = sorted(await list(), 'serverId');
    contains(one, { weight: 0, description: 'first', status: 'Available' });
    contains(two, { weight: 100, description: 'second' });
    const wrong = (servers, code, more = {}) => refused('UpdateServerGroupServersAttribute', group({ servers, ...more }), code);
    await wrong([eni('09', { weight: 1 })], 'ResourceNotFound.BackendServer');
    await wrong([eni('05', { port: 81, weight: 1 })], 'ResourceNotFound.BackendServer');
    await wrong([eni('05', { weight: 1 })], 'ResourceNotFound.ServerGroup', { serverGroupId: 'sgp-none' });
    await wrong(Array(41).fill(eni('05', { weight: 1 })), /^(IllegalParam|InvalidParameter)/); /* 40, says the prose */
}

async function testReplace() {
    const request = group({ removedServers: [ecs('i-web1', { port: 8080 })], addedServers: [ecs('i-web2'), ecs('i-web3')] });
    await wouldDo('ReplaceServersInServerGroup', request);
    await call('ReplaceServersInServerGroup', { ...request, clientToken: 'replace-1' });
    assert.deepStrictEqual(await brief(), ['eni-0a000005:80 0 Available', 'i-web1:8080 100 Replacing',
        'i-web2:80 100 Replacing', 'i-web3:80 100 Replacing']);
    await refused('ReplaceServersInServerGroup', group({ ...request, addedServers: [ecs('i-x')], clientToken: 'replace-1' }),
        'IdempotentParameterMismatch');
    await refused('ReplaceServersInServerGroup', request, 'ResourceInConfiguring.BackendServer');
    await settle();
    assert.deepStrictEqual(await brief(), ['eni-0a000005:80 0 Available', 'i-web2:80 100 Available', 'i-web3:80 100 Available']);
    const wrong = (more, code) => refused('ReplaceServersInServerGroup', { ...request, removedServers: [ecs('i-web3')], ...more }, code);
    await wrong({ removedServers: [ecs('i-none')] }, 'ResourceNotFound.BackendServer');
    await wrong({ addedServers: [ecs('i-web2')] }, 'Conflict.BackendServer');
    await wrong({ addedServers: [ecs('i-y'), ecs('i-y')] }, 'DuplicatedParam.BackendServer');
    await wrong({ addedServers: [ip(1)] }, 'Mismatch.ServerType');
    await wrong({ serverGroupId: 'sgp-none' }, 'ResourceNotFound.ServerGroup');
}

async function testList() {
    const all = await list();
    const paged = await pages('ListServerGroupServers', { serverGroupId: made.group }, 'servers', 2);
    assert.deepStrictEqual(paged.map((s) => s.serverId), all.map((s) => s.serverId));
    const found = await call('ListServerGroupServers', { serverGroupId: made.group, serverIds: ['i-web3'] });
    assert.deepStrictEqual(found.servers.map((s) => s.serverId), ['i-web3']);
    assert.strictEqual(found.totalCount, 1);
    assert.deepStrictEqual(await list('sgp-none'), []);
    await call('TagResources', { resourceType: 'servergroup', resourceId: [made.ips], tag: [{ key: 'by', value: 'tag' }] });
    const tagged = await call('ListServerGroupServers', { tag: [{ key: 'by', value: 'tag' }] });
    assert.deepStrictEqual(tagged.servers.map((s) => s.serverGroupId), [made.ips, made.ips]);
}

async function testRemove() {
    const { jobId } = await call('RemoveServersFromServerGroup', group({ servers: [eni('05'), ecs('i-web2')] }));
    assert.deepStrictEqual(await brief(), ['eni-0a000005:80 0 Removing', 'i-web2:80 100 Removing', 'i-web3:80 100 Available']);
    await refused('RemoveServersFromServerGroup', group({ servers: [ecs('i-web3')] }), 'ResourceInConfiguring');
    await settle();
    contains(await jobOf(jobId), { status: 'Succeeded', operateType: 'Delete' });
    assert.deepStrictEqual(await brief(), ['i-web3:80 100 Available']);
    await refused('RemoveServersFromServerGroup', group({ servers: [eni('05')] }), 'ResourceNotFound.BackendServer');
    await refused('RemoveServersFromServerGroup', { serverGroupId: 'sgp-none', servers: [eni('05')] }, 'ResourceNotFound.ServerGroup');
    const young = (await call('CreateServerGroup', {
        serverGroupName: 'sdk-young', vpcId: 'vpc-1', healthCheckConfig: { healthCheckEnabled: true },
    })).serverGroupId;
    await refused('AddServersToServerGroup', { serverGroupId: young, servers: [ecs('i-1')] }, 'IncorrectStatus.ServerGroup');
    await settle();
}

/* 200 servers in a group and two listeners of one Basic load balancer, which may have 200. */
async function testQuotas() {
    const full = await serverGroup({ serverGroupType: 'Ip' });
    const servers = (from, n, more) => Array.from({ length: n }, (_, i) => {
        const address = `10.${(from + i) >> 8}.${(from + i) & 255}.1`;
        return { serverType: 'Ip', serverId: address, serverIp: address, port: 80, ...more };
    });
    for (let from = 0; from < 1000; from += 200)
        await change('AddServersToServerGroup', { serverGroupId: full, servers: servers(from, 200) });
    await refused('AddServersToServerGroup', { serverGroupId: full, servers: servers(1000, 1) },
        /^ResourceQuotaExceeded\.ServerGroupServersNum$/); /* 1000; its code has no documented name */
    assert.strictEqual((await pages('ListServerGroupServers', { serverGroupId: full }, 'servers', 100)).length, 1000);
    const basic = await loadBalancer({ loadBalancerEdition: 'Basic' });
    const small = await serverGroup({ serverGroupType: 'Ip' });
    await change('AddServersToServerGroup', { serverGroupId: small, servers: servers(0, 100) });
    await listener(basic, small);
    await listener(basic, small, { listenerPort: 81 });
    await refused('AddServersToServerGroup', { serverGroupId: small, servers: servers(100, 1) },
        'ResourceQuotaExceeded.LoadBalancerServersNum');
    await refused('CreateListener', {
        loadBalancerId: basic, listenerPort: 82, listenerProtocol: 'HTTP',
        defaultActions: [{ type: 'ForwardGroup', forwardGroupConfig: { serverGroupTuples: [{ serverGroupId: small }] } }],
    }, 'ResourceQuotaExceeded.LoadBalancerServersNum');
}

module.exports = async function family() {
    await setup();
    await step('server: added once for a token, and meanwhile nothing else', testAdd);
    await step('server: addresses and functions', testOtherTypes);
    await step('server: wrong ones are refused', testWrongServers);
    await step('server: weight and description changed', testUpdate);
    await step('server: replaced in one call', testReplace);
    await step('server: found by every filter, and page by page', testList);
    await step('server: removed', testRemove);
    await step('server: 1000 in a group, 200 behind a Basic load balancer', testQuotas);
};
