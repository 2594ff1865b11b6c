/* rule.js - forwarding rules: conditions and actions of every type, in both directions, one
 * by one and in batches. */
'use strict';
const {
    assert, call, change, contains, jobOf, pages, refused, settle, sorted, step, wouldDo,
} = require('../lib');
const {
    forward, httpsListener, listener, loadBalancer, serverGroup,
} = require('../make');

const made = {};

/* Every type of condition, with what SDKs easily lose: plus signs, percent signs, case. */
const conditions = {
    Host: { hostConfig: { values: ['a.example.com', '*.b.example.com'] } },
    Path: { pathConfig: { values: ['/api', '/api/*'] } },
    Header: { headerConfig: { key: 'x-canary', values: ['on', "a b+c=%25~'/"] } },
    QueryString: { queryStringConfig: { values: [{ key: 'a+b', value: '1+1=2%20~' }] } },
    Method: { methodConfig: { values: ['GET', 'POST'] } },
    Cookie: { cookieConfig: { values: [{ key: 'Session', value: 'v' }] } },
    SourceIp: { sourceIpConfig: { values: ['10.0.0.0/8', '192.168.1.1'] } },
    ResponseHeader: { responseHeaderConfig: { key: 'x-answer', values: ['42'] } },
    ResponseStatusCode: { responseStatusCodeConfig: { values: ['200', '404'] } },
};
const when = (type) => ({ type, ...conditions[type] });
const path = (...values) => [{ type: 'Path', pathConfig: { values } }];

const weighted = (...pairs) => ({
    type: 'ForwardGroup',
    forwardGroupConfig: {
        serverGroupTuples: pairs.map(([serverGroupId, weight]) => ({ serverGroupId, weight })),
        serverGroupStickySession: { enabled: true, timeout: 60 },
    },
});
const redirect = {
    type: 'Redirect',
    redirectConfig: {
        host: '${host}', httpCode: '308', path: '${path}', port: '443', protocol: 'HTTPS', query: '${query}',
    },
};
const fixed = {
    type: 'FixedResponse',
    fixedResponseConfig: { content: 'short & stout', contentType: 'text/html', httpCode: '403' },
};
const rewrite = { type: 'Rewrite', rewriteConfig: { host: 'b.example.com', path: '/new', query: 'a=1' } };
const insert = { type: 'InsertHeader', insertHeaderConfig: { key: 'x-id', value: 'SLBId', valueType: 'SystemDefined' } };
const remove = { type: 'RemoveHeader', removeHeaderConfig: { key: 'x-secret' } };
const limit = { type: 'TrafficLimit', trafficLimitConfig: { QPS: 100, perIpQps: 10 } };
const cors = {
    type: 'Cors',
    corsConfig: {
        allowOrigin: ['https://a.example.com'], allowMethods: ['GET'], allowHeaders: ['x-a'],
        exposeHeaders: ['x-b'], allowCredentials: 'on', maxAge: 600,
    },
};
const mirror = (serverGroupId) => ({
    type: 'TrafficMirror',
    trafficMirrorConfig: { targetType: 'ForwardGroupMirror', mirrorGroupConfig: { serverGroupTuples: [{ serverGroupId }] } },
});
const ordered = (...actions) => actions.map((action, i) => ({ ...action, order: i + 1 }));

/* A rule of this priority with its own path. */
const rule = (priority, more = {}) => ({
    ruleName: `sdk-${priority}`,
    priority,
    ruleConditions: path(`/${priority}`),
    ruleActions: ordered(fixed),
    ...more,
});
const on = (more) => ({ listenerId: made.listener, ...more });

async function list(filter = {}) {
    return (await call('ListRules', { maxResults: 100, ...filter })).rules;
}

async function setup() {
    made.lb = await loadBalancer();
    made.groups = [await serverGroup(), await serverGroup({ serverGroupName: 'sdk-b' })];
    made.listener = await listener(made.lb, made.groups[0]);
}

async function checked(sent) {
    const { ruleId } = await change('CreateRule', on(sent));
    const [got] = await list({ ruleIds: [ruleId], direction: sent.direction });
    contains(got, {
        ...sent, ruleId, ruleStatus: 'Available', listenerId: made.listener, loadBalancerId: made.lb,
        direction: sent.direction || 'Request',
    });
    for (const action of got.ruleActions) /* only the config of its own type */
        assert.strictEqual(Object.keys(action.toMap()).filter((name) => name.endsWith('Config')).length, 1);
    return ruleId;
}

async function testConditions() {
    await checked(rule(1, {
        tag: undefined,
        ruleConditions: ['Host', 'Path', 'Header', 'QueryString', 'Method'].map(when),
    }));
    await checked(rule(2, { ruleConditions: ['Cookie', 'SourceIp'].map(when) }));
}

async function testActions() {
    const [one, two] = made.groups;
    await checked(rule(3, { ruleActions: ordered(rewrite, insert, remove, weighted([one, 70], [two, 0])) }));
    await checked(rule(4, { ruleActions: ordered(redirect) }));
    await checked(rule(5, { ruleActions: ordered(limit, cors, fixed) }));
    await checked(rule(6, { ruleActions: ordered(mirror(two), forward(one)) }));
    const [{ ruleActions }] = (await list()).filter((r) => r.priority === 6);
    assert.strictEqual(sorted(ruleActions, 'order')[1].forwardGroupConfig.serverGroupTuples[0].weight, 100);
}

async function testResponseDirection() {
    const ruleId = await checked(rule(7, {
        direction: 'Response',
        ruleConditions: ['ResponseHeader', 'ResponseStatusCode'].map(when),
        ruleActions: ordered(insert, remove),
    }));
    assert.strictEqual((await list()).some((r) => r.ruleId === ruleId), false); /* Request unless asked */
    const wrong = /^(IllegalParam|InvalidParameter)/;
    await refused('CreateRule', on(rule(8, { direction: 'Response', ruleActions: ordered(fixed) })), wrong);
    await refused('CreateRule', on(rule(8, { ruleConditions: [when('ResponseHeader')] })), wrong);
}

async function testWrongConditions() {
    const wrong = /^(IllegalParam|InvalidParameter|Missing)/;
    for (const condition of [
        { type: 'Host', hostConfig: { values: ['UPPER.example.com'] } },
        { type: 'Path', pathConfig: { values: ['no-slash'] } },
        { type: 'Header', headerConfig: { key: 'Cookie', values: ['x'] } },
        { type: 'SourceIp', sourceIpConfig: { values: ['10.0.0.256'] } },
        { type: 'SourceIp', sourceIpConfig: { values: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4', '1.1.1.5', '1.1.1.6'] } },
        { type: 'Method', methodConfig: { values: ['BREW'] } },
        { type: 'Host', pathConfig: { values: ['/x'] } },
        { type: 'Moon', hostConfig: { values: ['a.example.com'] } },
    ])
        await refused('CreateRule', on(rule(8, { ruleConditions: [condition] })), wrong);
}

async function testWrongActions() {
    const [one, two] = made.groups;
    const wrong = (actions, code) => refused('CreateRule', on(rule(8, { ruleActions: actions })), code);
    await wrong(ordered(fixed, redirect), 'IllegalParam.Order');
    await wrong(ordered(fixed, insert), 'IllegalParam.Order');
    await wrong(ordered(insert), 'IllegalParam.Order');
    await wrong([{ ...insert, order: 1 }, { ...fixed, order: 1 }], 'IllegalParam.Order');
    await wrong(ordered(rewrite, fixed), 'OperationDenied.RewriteMissingForwardGroup');
    await wrong(ordered(mirror(one), forward(one)), 'OperationDenied.SameGroupForForwardAndMirrorAction');
    await wrong(ordered({ ...limit, trafficLimitConfig: { QPS: 10, perIpQps: 10 } }, fixed), /^IllegalParam/);
    await wrong(ordered({ ...redirect, redirectConfig: { httpCode: '301' } }), /^IllegalParam/);
    await wrong(ordered({ ...insert, insertHeaderConfig: { key: 'Host', value: 'x' } }, fixed), /^IllegalParam/);
    await wrong(ordered(forward('sgp-none')), 'ResourceNotFound.ServerGroup');
    await wrong(ordered({
        type: 'ForwardGroup', forwardGroupConfig: { serverGroupTuples: [{ serverGroupId: one }, { serverGroupId: two, weight: 1 }] },
    }), /^(Missing|IllegalParam)/);
    await wrong(ordered(weighted(...Array(6).fill([one, 1]))), /^(IllegalParam|InvalidParameter)/);
}

/* What a rule may forward to depends on the group, and on the listener's protocol. */
async function testGroups() {
    const off = { healthCheckConfig: { healthCheckEnabled: false } };
    const foreign = await serverGroup({ vpcId: 'vpc-2' });
    const https = await serverGroup({ protocol: 'HTTPS', ...off });
    const grpc = await serverGroup({ protocol: 'gRPC', ...off });
    const ip = await serverGroup({ serverGroupType: 'Ip' });
    const [one, two] = made.groups;
    const wrong = (more, code) => refused('CreateRule', { ...on(rule(8)), ...more }, code);
    await wrong({ ruleActions: ordered(forward(foreign)) }, 'Mismatch.VpcId');
    await wrong({ ruleActions: ordered(forward(https)) }, 'Mismatch.Protocol');
    await wrong({ ruleActions: ordered(forward(grpc)) }, 'OperationDenied.GRPCServerGroup');
    await wrong({ ruleActions: ordered(mirror(ip), forward(one)) }, 'OperationDenied.IpGroupCanNotUsedForMirrorAction');
    const tlsListener = { listenerId: await httpsListener(made.lb, one) };
    await wrong({ ...tlsListener, ruleActions: ordered(mirror(https), forward(one)) },
        'OperationDenied.MirrorActionSupportHttpGroupOnly');
    await wrong({ ...tlsListener, ruleActions: ordered(weighted([one, 1], [https, 1])) },
        'OperationDenied.ProtocolMustSameForForwardGroupAction');
    await wouldDo('CreateRule', { ...tlsListener, ...rule(8, { ruleActions: ordered(forward(grpc)) }) });
    await wouldDo('CreateRule', on(rule(8, { ruleActions: ordered(weighted([one, 1], [two, 1])) })));
}

async function testLifeOfOne() {
    const request = on(rule(20, { clientToken: 'rule-1', tag: [{ key: 'k', value: 'v' }] }));
    const { ruleId, jobId } = await call('CreateRule', request);
    assert.match(ruleId, /^rule-[a-z0-9]{18}$/);
    contains(await call('CreateRule', request), { ruleId, jobId });
    assert.strictEqual((await list({ ruleIds: [ruleId] }))[0].ruleStatus, 'Provisioning');
    await refused('CreateRule', on(rule(21)), 'ResourceInConfiguring.Listener');
    await refused('UpdateRuleAttribute', { ruleId, ruleName: 'sdk-x' }, 'IncorrectStatus.Rule');
    await refused('DeleteRule', { ruleId }, 'IncorrectStatus.Rule');
    await settle();
    contains(await jobOf(jobId), { resourceType: 'rule', operateType: 'Create', resourceId: ruleId });
    await change('UpdateRuleAttribute', { ruleId, ruleName: 'sdk-renamed', priority: 22 });
    contains((await list({ ruleIds: [ruleId] }))[0], { ...rule(20), ruleName: 'sdk-renamed', priority: 22 });
    const [other] = await list();
    await refused('UpdateRuleAttribute', { ruleId, priority: other.priority }, 'Conflict.Priority');
    await change('UpdateRuleAttribute', { ruleId, ruleConditions: path('/new'), ruleActions: ordered(redirect) });
    contains((await list({ ruleIds: [ruleId] }))[0], { ruleConditions: path('/new'), ruleActions: ordered(redirect) });
    await refused('UpdateRuleAttribute', { ruleId, ruleActions: ordered(rewrite, fixed) },
        'OperationDenied.RewriteMissingForwardGroup');
    await call('UpdateRuleAttribute', { ruleId, ruleName: 'sdk-busy' });
    await refused('DeleteRule', { ruleId: other.ruleId }, 'ResourceInConfiguring.Listener');
    await refused('UpdateRuleAttribute', { ruleId: other.ruleId, ruleName: 'sdk-x' }, 'ResourceInConfiguring.Listener');
    await settle();
    await wouldDo('DeleteRule', { ruleId });
    await change('DeleteRule', { ruleId });
    assert.deepStrictEqual(await list({ ruleIds: [ruleId] }), []);
    await refused('DeleteRule', { ruleId }, 'ResourceNotFound.Rule');
    await refused('UpdateRuleAttribute', { ruleId, priority: 1 }, 'ResourceNotFound.Rule');
    await refused('CreateRule', { listenerId: 'lsn-none', ...rule(1) }, 'ResourceNotFound.Listener');
}

async function testBatch() {
    const rules = [rule(32), rule(31), rule(33, { ruleActions: ordered(forward(made.groups[1])) })];
    await wouldDo('CreateRules', on({ rules }));
    const body = await call('CreateRules', on({ rules }));
    assert.deepStrictEqual(sorted(body.ruleIds, 'priority').map((r) => r.priority), [31, 32, 33]);
    await refused('CreateRules', on({ rules: [rule(34)] }), 'IncorrectStatus.Listener');
    await refused('DeleteRules', { ruleIds: [body.ruleIds[0].ruleId] }, 'IncorrectStatus.Rule');
    await refused('UpdateRulesAttribute', { rules: [{ ruleId: body.ruleIds[0].ruleId, priority: 35 }] }, 'IncorrectStatus.Rule');
    await settle();
    const ids = body.ruleIds.map((r) => r.ruleId);
    const got = await list({ ruleIds: ids });
    for (const sent of rules)
        contains(got.find((r) => r.priority === sent.priority), sent);
    /* All or nothing. */
    await refused('CreateRules', on({ rules: [rule(41), rule(31)] }), 'Conflict.Priority');
    await refused('CreateRules', on({ rules: [rule(41), rule(41)] }), 'Conflict.Priority');
    assert.strictEqual((await list()).some((r) => r.priority === 41), false);
    await change('UpdateRulesAttribute', {
        rules: [{ ruleId: ids[0], ruleName: 'sdk-first' }, { ruleId: ids[1], ruleActions: ordered(redirect), priority: 39 }],
    });
    contains((await list({ ruleIds: [ids[0]] }))[0], { ...rule(32), ruleName: 'sdk-first' });
    contains((await list({ ruleIds: [ids[1]] }))[0], { priority: 39, ruleActions: ordered(redirect) });
    await refused('UpdateRulesAttribute', { rules: [{ ruleId: 'rule-none', priority: 1 }] }, 'ResourceNotFound.Rule');
    await refused('UpdateRulesAttribute', { rules: [{ ruleId: ids[0], priority: 33 }] }, 'Conflict.Priority');
    await refused('DeleteRules', { ruleIds: [ids[0], 'rule-none'] }, 'ResourceNotFound.Rule');
    assert.strictEqual((await list({ ruleIds: ids })).length, 3);
    await change('DeleteRules', { ruleIds: ids });
    assert.deepStrictEqual(await list({ ruleIds: ids }), []);
}

async function testAcrossListeners() {
    const one = await change('CreateRule', on(rule(50)));
    const neighbour = await listener(made.lb, made.groups[0], { listenerPort: 81 });
    const two = await change('CreateRule', { listenerId: neighbour, ...rule(50) });
    const elsewhere = await listener(await loadBalancer({ loadBalancerName: 'sdk-other' }), made.groups[0]);
    const three = await change('CreateRule', { listenerId: elsewhere, ...rule(50) });
    await refused('UpdateRulesAttribute', {
        rules: [{ ruleId: one.ruleId, priority: 51 }, { ruleId: two.ruleId, priority: 51 }],
    }, 'OperationDenied.ListenerIdInconsistent');
    await refused('DeleteRules', { ruleIds: [one.ruleId, three.ruleId] }, 'OperationDenied.CrossLoadBalancerRules');
    await change('DeleteRules', { ruleIds: [one.ruleId, two.ruleId] });
}

async function testList() {
    const all = await list();
    const paged = await pages('ListRules', {}, 'rules', 2);
    assert.deepStrictEqual(paged.map((r) => r.ruleId), all.map((r) => r.ruleId));
    assert.strictEqual((await list({ listenerIds: [made.listener] })).length, 6);
    assert.deepStrictEqual(await list({ loadBalancerIds: ['alb-none'] }), []);
    const { ruleId } = await change('CreateRule', on(rule(60, { tag: [{ key: 'colour', value: 'green' }] })));
    assert.deepStrictEqual((await list({ tag: [{ key: 'colour', value: 'green' }] })).map((r) => r.ruleId), [ruleId]);
    assert.deepStrictEqual(await list({ tag: [{ key: 'colour', value: 'red' }] }), []);
}

/* The fixed limits of one rule, and 100 (40) rules of a Standard (Basic) load balancer. */
async function testQuotas() {
    const many = (n, text) => path(...Array.from({ length: n }, (_, i) => `/${text}${i}`));
    await refused('CreateRule', on(rule(8, { ruleConditions: many(11, 'a') })), 'QuotaExceeded.RuleMatchEvaluationsNum');
    await refused('CreateRule', on(rule(8, { ruleActions: ordered(...Array(5).fill(remove), fixed) })),
        'QuotaExceeded.RuleActionsNum');
    await wouldDo('CreateRule', on(rule(8, { ruleConditions: many(10, '*') })));
    const basic = await loadBalancer({ loadBalancerEdition: 'Basic' });
    const onBasic = { listenerId: await listener(basic, made.groups[0]) };
    await refused('CreateRule', { ...onBasic, ...rule(1, { ruleConditions: many(6, '*') }) },
        'QuotaExceeded.RuleMatchEvaluationsNum');
    const rules = (from, n) => Array.from({ length: n }, (_, i) => rule(from + i));
    await change('CreateRules', { ...onBasic, rules: rules(1, 40) });
    await refused('CreateRule', { ...onBasic, ...rule(41) }, 'ResourceQuotaExceeded.LoadBalancerRulesNum');
    const have = (await call('ListRules', { loadBalancerIds: [made.lb] })).totalCount
        + (await call('ListRules', { loadBalancerIds: [made.lb], direction: 'Response' })).totalCount;
    await change('CreateRules', on({ rules: rules(1000, 100 - have) }));
    await refused('CreateRules', on({ rules: rules(2000, 1) }), 'ResourceQuotaExceeded.LoadBalancerRulesNum');
    await refused('CreateRules', on({ rules: rules(2000, 101) }), /^(IllegalParam|InvalidParameter)/);
}

module.exports = async function family() {
    await setup();
    await step('rule: conditions of every type read back', testConditions);
    await step('rule: actions of every type read back', testActions);
    await step('rule: the response direction is apart', testResponseDirection);
    await step('rule: wrong conditions are refused', testWrongConditions);
    await step('rule: wrong actions are refused', testWrongActions);
    await step('rule: groups must fit', testGroups);
    await step('rule: found by every filter, and page by page', testList);
    await step('rule: one is created, changed, deleted, and meanwhile by nobody else', testLifeOfOne);
    await step('rule: batches are done whole or not at all', testBatch);
    await step('rule: batches stay on one listener or load balancer', testAcrossListeners);
    await step('rule: limits of a rule and of an edition', testQuotas);
};
