/* health.js - GetListenerHealthStatus: only servers that are not well are told. */
'use strict';
const {
    adminCall, assert, call, change, contains, refused, settle, step,
} = require('../lib');
const {
    forward, httpsListener, listener, loadBalancer, serverGroup,
} = require('../make');

const made = {};
const ip = (n, more = {}) => ({ serverType: 'Ip', serverId: `10.1.0.${n}`, serverIp: `10.1.0.${n}`, port: 80, ...more });
const status = async (more = {}) => call('GetListenerHealthStatus', { listenerId: made.listener, ...more });
const brief = (infos) => infos[0].nonNormalServers.map((s) => `${s.serverIp} ${s.status}`);

async function setup() {
    made.lb = await loadBalancer();
    made.group = await serverGroup({ serverGroupType: 'Ip' });
    made.unchecked = await serverGroup({ serverGroupType: 'Ip', healthCheckConfig: { healthCheckEnabled: false } });
    for (const serverGroupId of [made.group, made.unchecked])
        await change('AddServersToServerGroup', { serverGroupId, servers: [ip(1), ip(2, { weight: 0 })] });
    made.listener = await listener(made.lb, made.group);
}

async function testDefaultAction() {
    const { listenerHealthStatus, ruleHealthStatus } = await status();
    contains(listenerHealthStatus, [{
        listenerId: made.listener, listenerPort: 80, listenerProtocol: 'http',
        serverGroupInfos: [{
            serverGroupId: made.group, actionType: 'ForwardGroup', healthCheckEnabled: 'on',
            nonNormalServers: [{ serverId: '10.1.0.2', serverIp: '10.1.0.2', port: 80, status: 'Unused' }],
        }],
    }]);
    assert.ok(!ruleHealthStatus || !ruleHealthStatus.length);
    const https = await httpsListener(made.lb, made.group);
    contains(await status({ listenerId: https }), { listenerHealthStatus: [{ listenerProtocol: 'https' }] });
}

async function testNewServer() {
    await call('AddServersToServerGroup', { serverGroupId: made.group, servers: [ip(3)] });
    assert.deepStrictEqual(brief((await status()).listenerHealthStatus[0].serverGroupInfos), ['10.1.0.2 Unused', '10.1.0.3 Initial']);
    await settle();
    assert.deepStrictEqual(brief((await status()).listenerHealthStatus[0].serverGroupInfos), ['10.1.0.2 Unused']);
}

async function testReasons() {
    for (const reason of ['CONNECT_TIMEOUT', 'RESPONSE_MISMATCH']) {
        await adminCall('PUT', '/health', JSON.stringify({
            group: made.group, ip: '10.1.0.1', port: 80, status: 'Unhealthy', reason, expected: 'http_2xx', actual: '503',
        }));
        contains((await status()).listenerHealthStatus[0].serverGroupInfos[0].nonNormalServers[0], {
            serverId: '10.1.0.1', status: 'Unhealthy',
            reason: { reasonCode: reason, expectedResponse: 'http_2xx', actualResponse: '503' },
        });
    }
    await adminCall('PUT', '/health', JSON.stringify({ group: made.group, ip: '10.1.0.1', port: 80 }));
    assert.deepStrictEqual(brief((await status()).listenerHealthStatus[0].serverGroupInfos), ['10.1.0.2 Unused']);
}

async function testRules() {
    const rules = Array.from({ length: 31 }, (_, i) => ({
        ruleName: `sdk-${i}`,
        priority: i + 1,
        ruleConditions: [{ type: 'Path', pathConfig: { values: [`/${i}`] } }],
        ruleActions: [{ ...forward(i ? made.group : made.unchecked), order: 1 }],
    }));
    await change('CreateRules', { listenerId: made.listener, rules });
    const page = await status({ includeRule: true, maxResults: 30 });
    assert.strictEqual(page.ruleHealthStatus.length, 30);
    contains(page.ruleHealthStatus[0], { serverGroupInfos: [{ serverGroupId: made.unchecked, healthCheckEnabled: 'off' }] });
    assert.deepStrictEqual(brief(page.ruleHealthStatus[0].serverGroupInfos), ['10.1.0.1 Unavailable', '10.1.0.2 Unavailable']);
    await adminCall('PUT', '/health', JSON.stringify({
        group: made.group, ip: '10.1.0.1', port: 80, status: 'Unhealthy', reason: 'CONNECT_FAILED', expected: 'x', actual: 'y',
    }));
    const rest = await status({ includeRule: true, maxResults: 30, nextToken: page.nextToken });
    assert.strictEqual(rest.ruleHealthStatus.length, 1);
    contains(rest.ruleHealthStatus[0].serverGroupInfos[0].nonNormalServers[0], { reason: { reasonCode: 'CONNECT_FAILED' } });
    await refused('GetListenerHealthStatus', { listenerId: 'lsn-none' }, 'ResourceNotFound.Listener');
}

module.exports = async function family() {
    await setup();
    await step('health: of the default action', testDefaultAction);
    await step('health: a new server is not known yet', testNewServer);
    await step('health: sick servers have reasons', testReasons);
    await step('health: of rules, 30 a page', testRules);
};
