/* neighbour.js - where only what neighbours.yaml lists exists beside ALB. */
'use strict';
const {
    assert, call, change, contains, refused, settle, step,
} = require('../lib');
const { groupRequest, listenerRequest, serverGroup } = require('../make');

const zones = { 1: 'g', 2: 'h', 3: 'i', 4: 'g', 9: 'g' };
const at = (...numbers) => numbers.map((n) => ({ vSwitchId: `vsw-${n}`, zoneId: `cn-hangzhou-${zones[n]}` }));
const request = (...numbers) => ({
    addressType: 'Internet', loadBalancerEdition: 'Standard', vpcId: 'vpc-1',
    loadBalancerBillingConfig: { payType: 'PostPay' }, zoneMappings: at(...numbers),
});
const server = (serverType, serverId, serverIp) => ({ serverType, serverId, serverIp, port: 80 });

/* Each load balancer takes three addresses of a vSwitch. */
async function testVSwitches() {
    await refused('CreateLoadBalancer', request(9, 2), 'ResourceNotFound.VSwitch');
    await refused('CreateLoadBalancer', request(4, 2), 'ResourceNotFound.VSwitch'); /* of another VPC */
    await refused('CreateLoadBalancer', request(3, 2), 'ResourceNotEnough.VSwitchIp');
    const lb = (await call('CreateLoadBalancer', request(1, 2))).loadBalancerId;
    await call('CreateLoadBalancer', request(1, 2));
    await refused('CreateLoadBalancer', request(1, 2), 'ResourceNotEnough.VSwitchIp');
    await settle();
    const update = (...numbers) => ({ loadBalancerId: lb, zoneMappings: at(...numbers) });
    await refused('UpdateLoadBalancerZones', update(1, 2, 3), 'ResourceNotEnough.VSwitchIp');
    await refused('UpdateLoadBalancerZones', update(9, 2), 'ResourceNotFound.VSwitch');
}

async function testServers() {
    await refused('CreateServerGroup', groupRequest({ vpcId: 'vpc-none' }), 'ResourceNotFound.Vpc');
    const serverGroupId = await serverGroup();
    await change('AddServersToServerGroup', { serverGroupId, servers: [server('Eni', 'eni-1'), server('Ecs', 'i-1')] });
    contains((await call('ListServerGroupServers', { serverGroupId })).servers, [{ serverIp: '10.1.0.9' }, { serverIp: '10.1.0.20' }]);
    for (const [wrong, code] of [
        [server('Eni', 'eni-none'), 'ResourceNotFound.Eni'],
        [server('Ecs', 'i-none'), 'ResourceNotFound.Ecs'],
        [server('Eci', 'eci-none'), 'ResourceNotFound.Eci'],
    ]) {
        await refused('AddServersToServerGroup', { serverGroupId, servers: [wrong] }, code);
        await refused('ReplaceServersInServerGroup', {
            serverGroupId, removedServers: [server('Ecs', 'i-1')], addedServers: [wrong],
        }, code);
    }
    const add = (one, code) => refused('AddServersToServerGroup', { serverGroupId, servers: [one] }, code);
    await add(server('Eni', 'eni-2'), 'IncorrectStatus.Eni');
    await add(server('Eni', 'eni-3'), 'Mismatch.VpcId');
    await add(server('Eni', 'eni-1', '10.1.0.99'), 'IllegalParam.ServerIp');
    await change('AddServersToServerGroup', { serverGroupId, servers: [server('Eni', 'eni-1', '10.1.0.10')] });
}

async function testCertificates() {
    const lb = (await call('ListLoadBalancers')).loadBalancers[0].loadBalancerId;
    const group = await serverGroup();
    const https = (certificateId) => listenerRequest(lb, group, {
        listenerPort: 443, listenerProtocol: 'HTTPS', certificates: [{ certificateId }],
    });
    await refused('CreateListener', https('2-cn-hangzhou'), 'ResourceNotFound.Certificate');
    const { listenerId } = await change('CreateListener', https('1-cn-hangzhou'));
    const certificates = [{ certificateId: '2-cn-hangzhou' }];
    await refused('UpdateListenerAttribute', { listenerId, certificates }, 'ResourceNotFound.Certificate');
    await refused('AssociateAdditionalCertificatesWithListener', { listenerId, certificates }, 'ResourceNotFound.Certificate');
    assert.strictEqual((await call('ListListenerCertificates', { listenerId })).totalCount, 1);
}

/* sdk.sh lowers this quota to 2: a rule of the documented limits has no more wildcards than values. */
async function testWildcards() {
    const code = 'QuotaExceeded.RuleWildcardsNum';
    const { listenerId } = (await call('ListListeners')).listeners[0];
    const rule = (priority, ...values) => ({
        ruleName: 'sdk-rule', priority, ruleConditions: [{ type: 'Path', pathConfig: { values } }],
        ruleActions: [{ type: 'FixedResponse', order: 1, fixedResponseConfig: { content: 'x', httpCode: '200' } }],
    });
    const { ruleId } = await change('CreateRule', { listenerId, ...rule(1, '/a*', '/b?', '/c', '/d') });
    const wrong = rule(2, '/a*', '/b*', '/c*');
    await refused('CreateRule', { listenerId, ...wrong }, code);
    await refused('CreateRules', { listenerId, rules: [wrong] }, code);
    await refused('UpdateRuleAttribute', { ruleId, ruleConditions: wrong.ruleConditions }, code);
    await refused('UpdateRulesAttribute', { rules: [{ ruleId, ruleConditions: wrong.ruleConditions }] }, code);
}

module.exports = async function family() {
    await step('neighbour: vSwitches must be there and have addresses left', testVSwitches);
    await step('neighbour: servers must be there, and in the VPC', testServers);
    await step('neighbour: certificates must be there', testCertificates);
    await step('neighbour: as many wildcards as the quota and no more', testWildcards);
};
