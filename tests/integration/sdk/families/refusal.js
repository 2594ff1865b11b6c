/* refusal.js - documented refusals that the other families do not come by: what one action
 * checks as another does, and every action on a thing that is not there. */
'use strict';
const {
    call, change, refused, settle, step,
} = require('../lib');
const {
    forward, groupRequest, httpsListener, listener, listenerRequest, loadBalancer, serverGroup, tls, zone,
} = require('../make');

const made = {};
const off = { healthCheckConfig: { healthCheckEnabled: false } };
const path = (...values) => [{ type: 'Path', pathConfig: { values } }];
const ordered = (...actions) => actions.map((action, i) => ({ ...action, order: i + 1 }));
const fixed = { type: 'FixedResponse', fixedResponseConfig: { content: 'x', httpCode: '200' } };
const remove = { type: 'RemoveHeader', removeHeaderConfig: { key: 'x-a' } };
const mirror = (serverGroupId) => ({
    type: 'TrafficMirror',
    trafficMirrorConfig: { targetType: 'ForwardGroupMirror', mirrorGroupConfig: { serverGroupTuples: [{ serverGroupId }] } },
});
const weighted = (...groups) => ({
    type: 'ForwardGroup',
    forwardGroupConfig: { serverGroupTuples: groups.map((serverGroupId) => ({ serverGroupId, weight: 1 })) },
});
const ip = (n) => ({ serverType: 'Ip', serverId: `10.1.${n >> 8}.${n & 255}`, serverIp: `10.1.${n >> 8}.${n & 255}`, port: 80 });

async function setup() {
    made.lb = await loadBalancer();
    made.group = await serverGroup();
    made.ip = await serverGroup({ serverGroupType: 'Ip' });
    made.foreign = await serverGroup({ vpcId: 'vpc-2' });
    made.https = await serverGroup({ protocol: 'HTTPS', ...off });
    made.grpc = await serverGroup({ protocol: 'gRPC', ...off });
    made.listener = await listener(made.lb, made.group);
    made.tls = await httpsListener(made.lb, made.group);
    const on = async (listenerId, priority) => (await change('CreateRule', {
        listenerId, priority, ruleName: 'sdk-rule', ruleConditions: path('/'), ruleActions: ordered(fixed),
    })).ruleId;
    made.rule = await on(made.listener, 1);
    made.other = await on(made.listener, 2);
    made.tlsRule = await on(made.tls, 1);
}

/* A fault in a rule, through each of the four actions that take one. */
async function inAllForms(part, code, over = false) {
    const where = over ? { listenerId: made.tls } : { listenerId: made.listener };
    const ruleId = over ? made.tlsRule : made.rule;
    const rule = { ruleName: 'sdk-rule', priority: 9, ruleConditions: path('/9'), ruleActions: ordered(fixed), ...part };
    await refused('CreateRule', { ...where, ...rule }, code);
    await refused('CreateRules', { ...where, rules: [rule] }, code);
    await refused('UpdateRuleAttribute', { ruleId, ...part }, code);
    await refused('UpdateRulesAttribute', { rules: [{ ruleId, ...part }] }, code);
}

async function testRules() {
    const many = (n, text) => path(...Array.from({ length: n }, (_, i) => `/${text}${i}`));
    await inAllForms({ priority: 2 }, 'Conflict.Priority');
    await inAllForms({ ruleActions: ordered(forward('sgp-none')) }, 'ResourceNotFound.ServerGroup');
    await inAllForms({ ruleActions: ordered(forward(made.foreign)) }, 'Mismatch.VpcId');
    await inAllForms({ ruleActions: ordered(forward(made.https)) }, 'Mismatch.Protocol');
    await inAllForms({ ruleActions: ordered(forward(made.grpc)) }, 'OperationDenied.GRPCServerGroup');
    await inAllForms({ ruleActions: ordered(mirror(made.ip), forward(made.group)) }, 'OperationDenied.IpGroupCanNotUsedForMirrorAction');
    await inAllForms({ ruleActions: ordered(mirror(made.group), forward(made.group)) },
        'OperationDenied.SameGroupForForwardAndMirrorAction');
    await inAllForms({ ruleActions: ordered(mirror(made.https), forward(made.group)) },
        'OperationDenied.MirrorActionSupportHttpGroupOnly', true);
    await inAllForms({ ruleActions: ordered(weighted(made.group, made.https)) },
        'OperationDenied.ProtocolMustSameForForwardGroupAction', true);
    await inAllForms({ ruleActions: ordered({ type: 'Rewrite', rewriteConfig: { path: '/x' } }, fixed) },
        'OperationDenied.RewriteMissingForwardGroup');
    await inAllForms({ ruleConditions: many(11, 'a') }, 'QuotaExceeded.RuleMatchEvaluationsNum');
    await inAllForms({ ruleActions: ordered(...Array(5).fill(remove), fixed) }, 'QuotaExceeded.RuleActionsNum');
}

/* What is not there is not found, whatever is wanted of it. */
async function testAbsence() {
    const none = {
        LoadBalancer: { loadBalancerId: 'alb-none' }, Listener: { listenerId: 'lsn-none' }, Rule: { ruleId: 'rule-none' },
    };
    for (const [action, kind, parameters] of [
        ['AttachCommonBandwidthPackageToLoadBalancer', 'LoadBalancer', { bandwidthPackageId: 'cbwp-1', regionId: 'cn-hangzhou' }],
        ['DetachCommonBandwidthPackageFromLoadBalancer', 'LoadBalancer', { bandwidthPackageId: 'cbwp-1', regionId: 'cn-hangzhou' }],
        ['StartShiftLoadBalancerZones', 'LoadBalancer', { zoneMappings: [await zone(0)] }],
        ['CancelShiftLoadBalancerZones', 'LoadBalancer', { zoneMappings: [await zone(0)] }],
        ['EnableLoadBalancerAccessLog', 'LoadBalancer', { logProject: 'project', logStore: 'store' }],
        ['LoadBalancerJoinSecurityGroup', 'LoadBalancer', { securityGroupIds: ['sg-1'] }],
        ['LoadBalancerLeaveSecurityGroup', 'LoadBalancer', { securityGroupIds: ['sg-1'] }],
        ['ModifyCapacityReservation', 'LoadBalancer', { minimumLoadBalancerCapacity: { capacityUnits: 100 } }],
        ['UpdateLoadBalancerEdition', 'LoadBalancer', { loadBalancerEdition: 'StandardWithWaf' }],
        ['UpdateLoadBalancerZones', 'LoadBalancer', { zoneMappings: [await zone(0), await zone(1)] }],
        ['CreateRules', 'Listener', { rules: [{ ruleName: 'sdk-x', priority: 1, ruleConditions: path('/'), ruleActions: ordered(fixed) }] }],
    ])
        await refused(action, { ...none[kind], ...parameters }, `ResourceNotFound.${kind}`);
    await refused('LoadBalancerLeaveSecurityGroup', { loadBalancerId: made.lb, securityGroupIds: ['nothing'] },
        'ResourceNotFound.SecurityGroup');
    await refused('CreateListener', listenerRequest(made.lb, made.group, {
        listenerPort: 9, listenerProtocol: 'HTTPS', ...tls(1), quicConfig: { quicUpgradeEnabled: true, quicListenerId: 'lsn-none' },
    }), 'ResourceNotFound.Listener');
}

async function testListenerUpdates() {
    const wrong = (more, code, listenerId = made.listener) => refused('UpdateListenerAttribute', { listenerId, ...more }, code);
    await wrong({ defaultActions: [forward('sgp-none')] }, 'ResourceNotFound.ServerGroup');
    await wrong({ defaultActions: [forward(made.foreign)] }, 'Mismatch.VpcId');
    await wrong({ defaultActions: [forward(made.grpc)] }, 'OperationDenied.GRPCServerGroup');
    await wrong({ defaultActions: [forward(made.https)] }, 'OperationDenied.ServerGroupProtocolNotSupport');
    await wrong({ securityPolicyId: 'spy-none' }, 'ResourceNotFound.SecurityPolicy', made.tls);
    await wrong({ caEnabled: true }, 'InvalidParameter', made.tls); /* without a CA certificate */
    const upgrade = (quicListenerId) => ({ quicConfig: { quicUpgradeEnabled: true, quicListenerId } });
    const quic = await listener(made.lb, made.group, { listenerPort: 444, listenerProtocol: 'QUIC', ...tls(1) });
    await httpsListener(made.lb, made.group, { listenerPort: 445, ...upgrade(quic) });
    await wrong(upgrade(quic), 'ResourceAlreadyAssociated.Listener', made.tls);
    const far = await listener(await loadBalancer(), made.group, { listenerPort: 444, listenerProtocol: 'QUIC', ...tls(1) });
    await wrong(upgrade(far), 'OperationDenied.CrossLoadBalancerQUICListener', made.tls);
}

async function testGroupUpdates() {
    const update = (serverGroupId, more, code) => refused('UpdateServerGroupAttribute', { serverGroupId, ...more }, code);
    await update(made.group, { slowStartConfig: { slowStartEnabled: true, slowStartDuration: 901 } }, 'QuotaExceeded.SlowStartDuration');
    const functions = await serverGroup({ serverGroupType: 'Fc', vpcId: undefined, ...off });
    await update(functions, { slowStartConfig: { slowStartEnabled: true } }, 'UnsupportedFeature.SlowStart');
    await update(functions, { connectionDrainConfig: { connectionDrainEnabled: true } }, 'UnsupportedFeature.ConnectionDrain');
}

/* A busy load balancer, listener, group or ACL. */
async function testBusy() {
    await call('UpdateLoadBalancerAttribute', { loadBalancerId: made.lb, loadBalancerName: 'sdk-busy' });
    for (const [action, more] of [
        ['CancelShiftLoadBalancerZones', { zoneMappings: [await zone(0)] }],
        ['DisableLoadBalancerIpv6Internet', {}],
        ['EnableLoadBalancerIpv6Internet', {}],
        ['LoadBalancerLeaveSecurityGroup', { securityGroupIds: ['sg-1'] }],
    ])
        await refused(action, { loadBalancerId: made.lb, ...more }, 'IncorrectStatus.LoadBalancer');
    await refused('DisableDeletionProtection', { resourceId: made.lb }, 'IncorrectStatus.LoadBalancer');
    await settle();
    const young = await call('CreateServerGroup', groupRequest({ serverGroupType: 'Ip' }));
    const in_ = { serverGroupId: young.serverGroupId };
    await refused('RemoveServersFromServerGroup', { ...in_, servers: [ip(1)] }, 'IncorrectStatus.ServerGroup');
    await refused('UpdateServerGroupServersAttribute', { ...in_, servers: [ip(1)] }, 'IncorrectStatus.ServerGroup');
    await refused('ReplaceServersInServerGroup', { ...in_, removedServers: [ip(1)], addedServers: [ip(2)] }, 'IncorrectStatus.ServerGroup');
    await settle();
    await call('UpdateServerGroupAttribute', { ...in_, scheduler: 'Wlc' });
    await refused('ReplaceServersInServerGroup', { ...in_, removedServers: [ip(1)], addedServers: [ip(2)] }, 'ResourceInConfiguring');
    await settle();
    const one = (await change('CreateAcl', { aclName: 'sdk-one' })).aclId;
    await call('AddEntriesToAcl', { aclId: one, aclEntries: [{ entry: '1.1.1.1' }] });
    await refused('AssociateAclsWithListener', { listenerId: made.listener, aclType: 'White', aclIds: [one] }, 'IncorrectStatus.Acl');
    await settle();
    await change('AssociateAclsWithListener', { listenerId: made.listener, aclType: 'White', aclIds: [one] });
    await call('AddEntriesToAcl', { aclId: one, aclEntries: [{ entry: '2.2.2.2' }] });
    await refused('DissociateAclsFromListener', { listenerId: made.listener, aclIds: [one] }, 'IncorrectStatus.Acl');
    await settle();
    await change('EnableLoadBalancerAccessLog', { loadBalancerId: made.lb, logProject: 'project', logStore: 'store' });
    await call('StopListener', { listenerId: made.listener });
    await refused('UpdateListenerLogConfig', { listenerId: made.listener }, 'ResourceInConfiguring.Listener');
    await settle();
    await refused('UpdateListenerLogConfig', { listenerId: made.listener }, 'IncorrectStatus.Listener');
    await refused('DissociateAclsFromListener', { listenerId: made.listener, aclIds: [one] }, 'IncorrectStatus.Listener');
    await change('StartListener', { listenerId: made.listener });
    const { listenerId } = await call('CreateListener', listenerRequest(made.lb, made.group, { listenerPort: 99 }));
    await refused('DeleteListener', { listenerId }, 'IncorrectStatus.Listener');
    await refused('CreateRule', {
        listenerId, ruleName: 'sdk-x', priority: 1, ruleConditions: path('/'), ruleActions: ordered(fixed),
    }, 'IncorrectStatus.Listener');
    await settle();
}

async function testZones() {
    const lb = await loadBalancer();
    const zones = async (n, vSwitch) => ({ loadBalancerId: lb, zoneMappings: [await zone(n, vSwitch)] });
    await refused('StartShiftLoadBalancerZones', await zones(0, 'vsw-10'), 'OperationDenied.ZoneVSwitchChanged');
    await refused('CancelShiftLoadBalancerZones', await zones(0, 'vsw-10'), 'OperationDenied.ZoneVSwitchChanged');
    await refused('CancelShiftLoadBalancerZones', await zones(3), 'OperationDenied.ZoneVSwitchNotExist');
    await call('StartShiftLoadBalancerZones', await zones(0));
    await refused('StartShiftLoadBalancerZones', await zones(0), 'OperationDenied.ZoneMappingsNotChanged');
}

/* Quotas that a change exceeds, not a creation. */
async function testQuotas() {
    const scripts = async (listenerId) => (await change('CreateAScripts', {
        listenerId, AScripts: ['sdk-1', 'sdk-2'].map((AScriptName) => ({ AScriptName, scriptContent: 'x' })),
    })).AScriptIds.map((s) => s.AScriptId);
    const ids = await scripts(made.tls);
    const lines = (n) => 'x\n'.repeat(n);
    await refused('UpdateAScripts', { AScripts: [{ AScriptId: ids[0], scriptContent: lines(1001) }] }, 'ResourceQuotaExceeded.AScriptLinesNum');
    await change('CreateAScripts', { listenerId: made.tls, AScripts: [{ AScriptName: 'sdk-3', scriptContent: lines(1000) }] });
    await refused('UpdateAScripts', { AScripts: [{ AScriptId: ids[0], scriptContent: lines(1000) }] },
        'ResourceQuotaExceeded.AScriptsTotalLinesNum');
    /* 50 users of a group: one listener more, and 100 servers of a Basic load balancer twice. */
    const full = await serverGroup({ serverGroupType: 'Ip' });
    const many = await loadBalancer();
    for (let port = 1; port <= 50; port++)
        await call('CreateListener', listenerRequest(many, full, { listenerPort: port }));
    await settle();
    await inAllForms({ ruleActions: ordered(forward(full)) }, 'ResourceQuotaExceeded.ServerGroupAttachedNum');
    await refused('UpdateListenerAttribute', { listenerId: made.tls, defaultActions: [forward(full)] },
        'ResourceQuotaExceeded.ServerGroupAttachedNum');
    await change('DeleteLoadBalancer', { loadBalancerId: many });
    const half = await serverGroup({ serverGroupType: 'Ip' });
    await change('AddServersToServerGroup', { serverGroupId: half, servers: Array.from({ length: 101 }, (_, i) => ip(i)) });
    const basic = await loadBalancer({ loadBalancerEdition: 'Basic' });
    const first = await listener(basic, half);
    const second = await listener(basic, made.group, { listenerPort: 81 });
    const { ruleId } = await change('CreateRule', {
        listenerId: first, ruleName: 'sdk-x', priority: 1, ruleConditions: path('/'), ruleActions: ordered(fixed),
    });
    const twice = 'ResourceQuotaExceeded.LoadBalancerServersNum';
    const rule = { ruleName: 'sdk-y', priority: 2, ruleConditions: path('/y'), ruleActions: ordered(forward(half)) };
    await refused('ReplaceServersInServerGroup', {
        serverGroupId: half, removedServers: [ip(0)], addedServers: Array.from({ length: 101 }, (_, i) => ip(200 + i)),
    }, twice);
    await refused('UpdateListenerAttribute', { listenerId: second, defaultActions: [forward(half)] }, twice);
    await refused('CreateRule', { listenerId: first, ...rule }, twice);
    await refused('CreateRules', { listenerId: first, rules: [rule] }, twice);
    await refused('UpdateRuleAttribute', { ruleId, ruleActions: rule.ruleActions }, twice);
    await refused('UpdateRulesAttribute', { rules: [{ ruleId, ruleActions: rule.ruleActions }] }, twice);
}

/* 200 uses of one server: counted for every listener and rule that forwards to its groups. */
async function testServerAdded() {
    const code = 'ResourceQuotaExceeded.ServerAddedNum';
    const server = { servers: [ip(5001)] };
    const groups = [];
    for (let n = 0; n < 5; n++) {
        groups.push(await serverGroup({ serverGroupType: 'Ip' }));
        await change('AddServersToServerGroup', { serverGroupId: groups[n], ...server });
    }
    const empty = await serverGroup({ serverGroupType: 'Ip' });
    await change('AddServersToServerGroup', { serverGroupId: empty, servers: [ip(5002)] });
    for (let n = 0; n < 4; n++) {
        const lb = await loadBalancer();
        for (let port = 1; port <= 50; port++)
            await call('CreateListener', listenerRequest(lb, groups[n], { listenerPort: port }));
    }
    await settle();
    const lb = await loadBalancer();
    await refused('CreateListener', listenerRequest(lb, groups[4]), code);
    const listenerId = await listener(lb, empty);
    await refused('UpdateListenerAttribute', { listenerId, defaultActions: [forward(groups[4])] }, code);
    await inAllForms({ ruleActions: ordered(forward(groups[4])) }, code);
    await refused('AddServersToServerGroup', { serverGroupId: empty, ...server }, code);
    await refused('ReplaceServersInServerGroup', { serverGroupId: empty, removedServers: [ip(5002)], addedServers: [ip(5001)] }, code);
}

module.exports = async function family() {
    await setup();
    await step('refusal: faults in rules, by all four actions', testRules);
    await step('refusal: nothing is done to what is not there', testAbsence);
    await step('refusal: a listener is not changed to what it could not be made', testListenerUpdates);
    await step('refusal: nor a server group', testGroupUpdates);
    await step('refusal: one change at a time', testBusy);
    await step('refusal: zones are shifted by the vSwitch they have', testZones);
    await step('refusal: quotas hold for changes too', testQuotas);
    await step('refusal: 200 uses of a server and no more', testServerAdded);
};
