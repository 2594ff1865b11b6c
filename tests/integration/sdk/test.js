/* test.js - the official SDK against alb-mock: what it creates it reads back.
 *
 *     node test.js http://127.0.0.1:PORT http://127.0.0.1:ADMIN-PORT
 *     node test.js https://127.0.0.1:PORT        only that calls get through
 *
 * Prints TAP.  The claims are those of the SDK's own types: a member that the mock spells
 * differently, or gives another type, is missing here. */
'use strict';
const assert = require('node:assert');
const alb = require('@alicloud/alb20200616');
const { $OpenApiUtil } = require('@alicloud/openapi-core');

const endpoint = new URL(process.argv[2]);
const admin = process.argv[3];
let failed = 0;

function clientWith(accessKeyId, accessKeySecret, more = {}) {
    return new alb.default(new $OpenApiUtil.Config({
        ...more,
        accessKeyId,
        accessKeySecret,
        endpoint: endpoint.host,
        protocol: endpoint.protocol.slice(0, -1),
        regionId: 'cn-hangzhou',
    }));
}

const client = clientWith('testak', 'testsecret');

/* One call: call('ListRules', { ... }) gives the body of the reply. */
async function call(action, parameters, through = client) {
    const method = action[0].toLowerCase() + action.slice(1);
    const reply = await through[method](new alb[`${action}Request`](parameters));
    assert.strictEqual(reply.statusCode, 200);
    assert.match(reply.body.requestId, /^[0-9A-F-]{36}$/);
    return reply.body;
}

async function step(name, body) {
    try {
        await body();
        console.log(`ok ${name}`);
    } catch (error) {
        failed = 1;
        console.error(`  ${error.stack}`);
        console.log(`not ok ${name}`);
    }
}

/* Asks until 'done' says yes, for at most ten seconds. */
async function eventually(ask, done) {
    const deadline = Date.now() + 10000;
    for (;;) {
        const answer = await ask();
        if (done(answer))
            return answer;
        if (Date.now() > deadline)
            throw new Error(`not in time: ${JSON.stringify(answer)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

async function refusal(promise) {
    try {
        await promise;
    } catch (error) {
        return error;
    }
    throw new Error('was not refused');
}

function sorted(list, member) {
    return [...list].sort((x, y) => (x[member] < y[member] ? -1 : 1));
}

const made = {};

async function testNeighbours() {
    const regions = (await call('DescribeRegions', {})).regions;
    assert.ok(regions.some((region) => region.regionId === 'cn-hangzhou'));
    assert.ok((await call('DescribeZones', {})).zones.length >= 2);
}

async function testWrongSecret() {
    const error = await refusal(call('ListLoadBalancers', {}, clientWith('testak', 'other')));
    assert.strictEqual(error.code, 'SignatureDoesNotMatch');
    assert.strictEqual(error.statusCode, 400);
    const unknown = await refusal(call('ListLoadBalancers', {}, clientWith('nobody', 'testsecret')));
    assert.strictEqual(unknown.code, 'InvalidAccessKeyId.NotFound');
    assert.strictEqual(unknown.statusCode, 404);
}

/* The SDK calls the RPC signature "v2". */
async function testOlderSignature() {
    const older = clientWith('testak', 'testsecret', { signatureAlgorithm: 'v2' });
    const regions = (await call('DescribeRegions', { acceptLanguage: 'zh-CN' }, older)).regions;
    assert.ok(regions.length > 1);
    const error = await refusal(call('ListLoadBalancers', {},
        clientWith('testak', 'other', { signatureAlgorithm: 'v2' })));
    assert.strictEqual(error.code, 'SignatureDoesNotMatch');
}

async function testSecurityToken() {
    const withToken = (securityToken) => clientWith('STS.sdk', 'stssecret', { securityToken, type: 'sts' });
    assert.ok((await call('DescribeZones', {}, withToken('stoken+/='))).zones.length >= 2);
    const error = await refusal(call('DescribeZones', {}, withToken('another')));
    assert.strictEqual(error.code, 'InvalidSecurityToken.MismatchWithAccessKey');
}

async function testMissingParameter() {
    const error = await refusal(client.createListener(new alb.CreateListenerRequest({
        listenerPort: 80,
        listenerProtocol: 'HTTP',
        defaultActions: [{
            type: 'ForwardGroup',
            forwardGroupConfig: { serverGroupTuples: [{ serverGroupId: 'sgp-1' }] },
        }],
    })));
    assert.strictEqual(error.code, 'MissingLoadBalancerId');
    assert.strictEqual(error.statusCode, 400);
}

function loadBalancerRequest(zones) {
    return {
        addressType: 'Internet',
        loadBalancerEdition: 'Standard',
        loadBalancerName: 'sdk-test',
        vpcId: 'vpc-1',
        loadBalancerBillingConfig: { payType: 'PostPay' },
        zoneMappings: zones,
        tag: [{ key: 'made-by', value: 'été 中 😀 a+b%20' }],
        clientToken: 'sdk-token-1',
    };
}

/* A vSwitch vsw-N lies in the zone of N modulo the number of zones; where the count begins
 * is found by asking. */
async function vSwitchesByZone() {
    const zones = (await call('DescribeZones', {})).zones.map((zone) => zone.zoneId);
    for (let shift = 0; shift < zones.length; shift++) {
        const mappings = [0, 1].map((n) => ({
            vSwitchId: `vsw-${n + zones.length}`,
            zoneId: zones[(n + shift) % zones.length],
        }));
        const request = new alb.CreateLoadBalancerRequest(
            { ...loadBalancerRequest(mappings), clientToken: undefined, dryRun: true });
        const error = await refusal(client.createLoadBalancer(request));
        if (error.code === 'DryRunOperation')
            return mappings;
    }
    throw new Error('no zone fits the vSwitch');
}

async function testCreateLoadBalancer() {
    made.mappings = await vSwitchesByZone();
    assert.strictEqual((await call('ListLoadBalancers', {})).totalCount, 0); /* dry runs */
    const body = await call('CreateLoadBalancer', loadBalancerRequest(made.mappings));
    made.lb = body.loadBalancerId;
    assert.match(made.lb, /^alb-[a-z0-9]{18}$/);
    const again = await call('CreateLoadBalancer', loadBalancerRequest(made.mappings));
    assert.strictEqual(again.loadBalancerId, made.lb);
    const other = await refusal(call('CreateLoadBalancer',
        { ...loadBalancerRequest(made.mappings), loadBalancerName: 'sdk-other' }));
    assert.strictEqual(other.code, 'IdempotentParameterMismatch');
}

async function testLoadBalancerBecomesActive() {
    const lb = await eventually(
        () => call('GetLoadBalancerAttribute', { loadBalancerId: made.lb }),
        (answer) => answer.loadBalancerStatus === 'Active');
    assert.strictEqual(lb.loadBalancerName, 'sdk-test');
    assert.strictEqual(lb.addressType, 'Internet');
    assert.strictEqual(lb.loadBalancerEdition, 'Standard');
    assert.strictEqual(lb.vpcId, 'vpc-1');
    assert.ok(lb.DNSName.startsWith(made.lb));
    assert.deepStrictEqual(
        sorted(lb.zoneMappings, 'vSwitchId').map((z) => [z.vSwitchId, z.zoneId]),
        made.mappings.map((z) => [z.vSwitchId, z.zoneId]));
    assert.deepStrictEqual(lb.tags.map((t) => [t.key, t.value]), [['made-by', 'été 中 😀 a+b%20']]);
}

async function createGroup(name) {
    const body = await call('CreateServerGroup', {
        serverGroupName: name,
        serverGroupType: 'Instance',
        protocol: 'HTTP',
        scheduler: 'Wrr',
        vpcId: 'vpc-1',
        healthCheckConfig: {
            healthCheckEnabled: true,
            healthCheckPath: '/healthz',
            healthCheckCodes: ['http_2xx', 'http_3xx'],
        },
        stickySessionConfig: { stickySessionEnabled: false },
    });
    assert.match(body.serverGroupId, /^sgp-[a-z0-9]{18}$/);
    return body.serverGroupId;
}

async function testCreateServerGroups() {
    made.groups = [await createGroup('sdk-a'), await createGroup('sdk-b')];
    const answer = await eventually(
        () => call('ListServerGroups', { serverGroupIds: made.groups }),
        (list) => list.serverGroups.every((g) => g.serverGroupStatus === 'Available'));
    const groups = sorted(answer.serverGroups, 'serverGroupName');
    assert.deepStrictEqual(groups.map((g) => g.serverGroupName), ['sdk-a', 'sdk-b']);
    assert.strictEqual(groups[0].protocol, 'HTTP');
    assert.strictEqual(groups[0].scheduler, 'Wrr');
    assert.strictEqual(groups[0].healthCheckConfig.healthCheckEnabled, true);
    assert.strictEqual(groups[0].healthCheckConfig.healthCheckPath, '/healthz');
    assert.deepStrictEqual(groups[0].healthCheckConfig.healthCheckCodes, ['http_2xx', 'http_3xx']);
    assert.strictEqual(answer.totalCount, 2);
}

async function jobDone(jobId) {
    assert.match(jobId, /^[0-9a-f-]{36}$/);
    await eventually(
        () => call('ListAsynJobs', { jobIds: [jobId] }),
        (answer) => answer.jobs.length === 1 && answer.jobs[0].status === 'Succeeded');
}

async function testAddServers() {
    const body = await call('AddServersToServerGroup', {
        serverGroupId: made.groups[0],
        servers: [
            { serverType: 'Eni', serverId: 'eni-0a000005', serverIp: '10.0.0.5', port: 8080, weight: 60 },
            { serverType: 'Ecs', serverId: 'i-web1', port: 8080, weight: 40 },
        ],
    });
    await jobDone(body.jobId);
    const answer = await eventually(
        () => call('ListServerGroupServers', { serverGroupId: made.groups[0] }),
        (list) => list.servers.every((s) => s.status === 'Available'));
    const servers = sorted(answer.servers, 'serverId');
    assert.deepStrictEqual(servers.map((s) => [s.serverId, s.serverType, s.port, s.weight]),
        [['eni-0a000005', 'Eni', 8080, 60], ['i-web1', 'Ecs', 8080, 40]]);
    assert.strictEqual(servers[0].serverIp, '10.0.0.5');
}

async function testCreateListener() {
    const body = await call('CreateListener', {
        loadBalancerId: made.lb,
        listenerPort: 80,
        listenerProtocol: 'HTTP',
        listenerDescription: 'by-the-sdk',
        idleTimeout: 20,
        requestTimeout: 70,
        gzipEnabled: false,
        defaultActions: [{
            type: 'ForwardGroup',
            forwardGroupConfig: { serverGroupTuples: [{ serverGroupId: made.groups[0] }] },
        }],
    });
    made.listener = body.listenerId;
    assert.match(made.listener, /^lsn-[a-z0-9]{18}$/);
    await jobDone(body.jobId);
    const listener = await eventually(
        () => call('GetListenerAttribute', { listenerId: made.listener }),
        (answer) => answer.listenerStatus === 'Running');
    assert.strictEqual(listener.listenerPort, 80);
    assert.strictEqual(listener.listenerProtocol, 'HTTP');
    assert.strictEqual(listener.listenerDescription, 'by-the-sdk');
    assert.strictEqual(listener.idleTimeout, 20);
    assert.strictEqual(listener.requestTimeout, 70);
    assert.strictEqual(listener.gzipEnabled, false);
    const tuples = listener.defaultActions[0].forwardGroupConfig.serverGroupTuples;
    assert.strictEqual(tuples[0].serverGroupId, made.groups[0]);
    const twice = await refusal(call('CreateListener', {
        loadBalancerId: made.lb, listenerPort: 80, listenerProtocol: 'HTTP',
        defaultActions: [{
            type: 'ForwardGroup',
            forwardGroupConfig: { serverGroupTuples: [{ serverGroupId: made.groups[0] }] },
        }],
    }));
    assert.strictEqual(twice.code, 'ResourceAlreadyExist.Listener');
}

const rules = [
    {
        ruleName: 'sdk-weighted',
        priority: 10,
        ruleConditions: [
            { type: 'Host', hostConfig: { values: ['a.example.com', '*.b.example.com'] } },
            { type: 'Path', pathConfig: { values: ['/api', '/api/*'] } },
            { type: 'Header', headerConfig: { key: 'x-canary', values: ['on', "a b+c=%25~'/"] } },
        ],
        weights: [70, 30],
    },
    {
        ruleName: 'sdk-redirect',
        priority: 20,
        ruleConditions: [{
            type: 'QueryString',
            queryStringConfig: { values: [{ key: 'a+b', value: '1+1=2%20~' }] },
        }],
        ruleActions: [{
            type: 'Redirect',
            order: 1,
            redirectConfig: {
                host: '${host}', httpCode: '308', path: '${path}', port: '443', protocol: 'HTTPS',
                query: '${query}',
            },
        }],
    },
    {
        ruleName: 'sdk-fixed',
        priority: 30,
        ruleConditions: [{ type: 'Path', pathConfig: { values: ['/teapot'] } }],
        ruleActions: [{
            type: 'FixedResponse',
            order: 1,
            fixedResponseConfig: { content: 'short & stout', contentType: 'text/plain', httpCode: '403' },
        }],
    },
];

function ruleRequests() {
    return rules.map(({ weights, ...rule }) => (weights ? {
        ...rule,
        ruleActions: [{
            type: 'ForwardGroup',
            order: 1,
            forwardGroupConfig: {
                serverGroupTuples: made.groups.map((serverGroupId, i) => (
                    { serverGroupId, weight: weights[i] })),
            },
        }],
    } : rule));
}

async function testCreateRules() {
    const body = await call('CreateRules', { listenerId: made.listener, rules: ruleRequests() });
    await jobDone(body.jobId);
    made.rules = sorted(body.ruleIds, 'priority');
    assert.deepStrictEqual(made.rules.map((r) => r.priority), [10, 20, 30]);
    const answer = await eventually(
        () => call('ListRules', { listenerIds: [made.listener] }),
        (list) => list.rules.every((r) => r.ruleStatus === 'Available'));
    assert.strictEqual(answer.totalCount, 3);
    for (const [i, rule] of sorted(answer.rules, 'priority').entries())
        checkRule(rule, ruleRequests()[i], made.rules[i].ruleId);
}

/* What was sent is what comes back; the cloud may add members. */
function checkRule(got, sent, id) {
    assert.strictEqual(got.ruleId, id);
    assert.strictEqual(got.ruleName, sent.ruleName);
    assert.strictEqual(got.listenerId, made.listener);
    assert.strictEqual(got.loadBalancerId, made.lb);
    assert.strictEqual(got.direction, 'Request');
    checkMembers(got.ruleConditions, sent.ruleConditions, 'ruleConditions');
    checkMembers(got.ruleActions, sent.ruleActions, 'ruleActions');
}

function checkMembers(got, sent, where) {
    if (sent === null || typeof sent !== 'object') {
        assert.strictEqual(got, sent, where);
        return;
    }
    assert.ok(got, `${where} is missing`);
    if (Array.isArray(sent))
        assert.strictEqual(got.length, sent.length, where);
    for (const member of Object.keys(sent))
        checkMembers(got[member], sent[member], `${where}.${member}`);
}

async function testPaging() {
    const seen = [];
    let nextToken;
    do {
        const page = await call('ListRules', { listenerIds: [made.listener], maxResults: 2, nextToken });
        assert.ok(page.rules.length <= 2);
        seen.push(...page.rules.map((rule) => rule.ruleId));
        nextToken = page.nextToken || undefined;
    } while (nextToken);
    assert.deepStrictEqual([...seen].sort(), made.rules.map((r) => r.ruleId).sort());
}

async function testPriorityConflict() {
    const error = await refusal(call('CreateRule', {
        listenerId: made.listener,
        ruleName: 'sdk-again',
        priority: 10,
        ruleConditions: rules[2].ruleConditions,
        ruleActions: rules[2].ruleActions,
    }));
    assert.strictEqual(error.code, 'Conflict.Priority');
}

async function testTags() {
    await call('TagResources', {
        resourceType: 'loadbalancer', resourceId: [made.lb], tag: [{ key: 'second', value: '2' }],
    });
    const answer = await call('ListTagResources', { resourceType: 'loadbalancer', resourceId: [made.lb] });
    assert.deepStrictEqual(sorted(answer.tagResources, 'tagKey').map((t) => [t.tagKey, t.tagValue]),
        [['made-by', 'été 中 😀 a+b%20'], ['second', '2']]);
}

async function testDependencies() {
    const used = await refusal(call('DeleteServerGroup', { serverGroupId: made.groups[0] }));
    assert.strictEqual(used.code, 'ResourceInUse.ServerGroup');
    const none = await refusal(call('GetListenerAttribute', { listenerId: 'lsn-000000000000000000' }));
    assert.strictEqual(none.code, 'ResourceNotFound.Listener');
    assert.strictEqual(none.statusCode, 404);
}

/* Keys from STS, asked for without any key, sign calls of ALB. */
async function testRoleOfAServiceAccount() {
    const query = 'Version=2015-04-01&Action=AssumeRoleWithOIDC&Format=JSON';
    const reply = await fetch(`${endpoint.origin}/?${query}`, {
        method: 'POST',
        body: new URLSearchParams({
            OIDCProviderArn: 'acs:ram::1:oidc-provider/ack-rrsa-c1',
            RoleArn: 'acs:ram::1:role/alb',
            RoleSessionName: 'sdk-test',
            OIDCToken: 'not.verified.\n',
        }),
    });
    const key = (await reply.json()).Credentials;
    const temporary = clientWith(key.AccessKeyId, key.AccessKeySecret,
        { securityToken: key.SecurityToken, type: 'sts' });
    assert.ok((await call('DescribeRegions', {}, temporary)).regions.length > 1);
}

async function adminPut(path, body) {
    const reply = await fetch(admin + path, { method: 'PUT', body });
    assert.strictEqual(reply.status, 200, await reply.text());
}

async function testLostReply() {
    await adminPut('/faults', '{action: CreateServerGroup, times: 1, effect: lose_reply}');
    const lost = await refusal(createGroup('sdk-lost'));
    assert.strictEqual(lost.statusCode, undefined);
    await adminPut('/faults', '[]');
    const answer = await call('ListServerGroups', { serverGroupNames: ['sdk-lost'] });
    assert.strictEqual(answer.totalCount, 1); /* it was done all the same */
}

async function testUnavailable() {
    await adminPut('/faults', '{action: List*, times: 1, effect: error}');
    const error = await refusal(call('ListServerGroups', {}));
    assert.strictEqual(error.code, 'ServiceUnavailable');
    assert.strictEqual(error.statusCode, 503);
    await call('ListServerGroups', {});
}

async function testThrottling() {
    await adminPut('/flow', 'ListAsynJobs=1/60000\nretry-after=on\n');
    await call('ListAsynJobs', {});
    const error = await refusal(call('ListAsynJobs', {}));
    assert.strictEqual(error.name, 'ThrottlingError');
    assert.strictEqual(error.code, 'Throttling.User');
    assert.ok(error.retryAfter > 0 && error.retryAfter <= 60000, `retryAfter ${error.retryAfter}`);
    await adminPut('/flow', 'off\n');
    await call('ListAsynJobs', {});
}

async function main() {
    if (endpoint.protocol === 'https:') {
        await step('the SDK gets through by TLS', testNeighbours);
        process.exitCode = failed;
        return;
    }
    await step('regions and zones are there', testNeighbours);
    await step('a wrong secret and an unknown key are refused', testWrongSecret);
    await step('the RPC signature is verified too', testOlderSignature);
    await step('a temporary key needs its security token', testSecurityToken);
    await step('a missing parameter is refused by its name', testMissingParameter);
    await step('a load balancer is created once for its client token', testCreateLoadBalancer);
    await step('it becomes Active and reads back', testLoadBalancerBecomesActive);
    await step('server groups are created and read back', testCreateServerGroups);
    await step('servers are added and read back', testAddServers);
    await step('a listener is created and reads back', testCreateListener);
    await step('rules are created and read back, member by member', testCreateRules);
    await step('pages add up to the list', testPaging);
    await step('a priority is unique in its listener', testPriorityConflict);
    await step('tags are added and read back', testTags);
    await step('what is in use, and what is not there, is refused', testDependencies);
    await step('keys from STS sign', testRoleOfAServiceAccount);
    await step('a reply is lost, the effect is not', testLostReply);
    await step('a 503 looks to the SDK like one', testUnavailable);
    await step('throttling looks to the SDK like throttling', testThrottling);
    process.exitCode = failed;
}

main();
