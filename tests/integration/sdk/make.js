/* make.js - what most families need first: a load balancer that is Active, a server group, a
 * listener.  Each is usable when it is returned. */
'use strict';
const { call, settle, world } = require('./lib');

const forward = (group) => ({
    type: 'ForwardGroup',
    forwardGroupConfig: { serverGroupTuples: [{ serverGroupId: group }] },
});

/* vSwitch vsw-N lies in zone N modulo the number of zones, counted as DescribeZones lists them
 * (mock-server/cloud/README.md). */
async function zone(n, vSwitch = `vsw-${n}`) {
    world.zones = world.zones || (await call('DescribeZones', {})).zones.map((z) => z.zoneId);
    return { vSwitchId: vSwitch, zoneId: world.zones[n % world.zones.length] };
}

async function loadBalancerRequest(more = {}) {
    return {
        addressType: 'Internet',
        loadBalancerEdition: 'Standard',
        loadBalancerName: 'sdk-lb',
        vpcId: 'vpc-1',
        loadBalancerBillingConfig: { payType: 'PostPay' },
        zoneMappings: [await zone(0), await zone(1)],
        ...more,
    };
}

async function loadBalancer(more = {}) {
    const body = await call('CreateLoadBalancer', await loadBalancerRequest(more));
    await settle();
    return body.loadBalancerId;
}

const groupRequest = (more = {}) => ({
    serverGroupName: 'sdk-group',
    vpcId: 'vpc-1',
    healthCheckConfig: { healthCheckEnabled: true },
    ...more,
});

async function serverGroup(more = {}) {
    const body = await call('CreateServerGroup', groupRequest(more));
    await settle();
    return body.serverGroupId;
}

const listenerRequest = (lb, group, more = {}) => ({
    loadBalancerId: lb,
    listenerPort: 80,
    listenerProtocol: 'HTTP',
    defaultActions: [forward(group)],
    ...more,
});

async function listener(lb, group, more = {}) {
    const body = await call('CreateListener', listenerRequest(lb, group, more));
    await settle();
    return body.listenerId;
}

const tls = (n) => ({ certificates: [{ certificateId: `1000000${n}-cn-hangzhou` }] });

async function httpsListener(lb, group, more = {}) {
    return listener(lb, group, { listenerPort: 443, listenerProtocol: 'HTTPS', ...tls(1), ...more });
}

module.exports = {
    forward, groupRequest, httpsListener, listener, listenerRequest, loadBalancer,
    loadBalancerRequest, serverGroup, tls, zone,
};
