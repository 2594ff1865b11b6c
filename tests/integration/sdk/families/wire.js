/* wire.js - what holds for every call: signatures, keys, missing and wrong parameters, replies
 * that are lost, late or refused. */
'use strict';
const {
    adminCall, assert, call, clientWith, refusal, refused, send, step, world,
} = require('../lib');
const { groupRequest } = require('../make');

async function testWrongSecret() {
    await refused('ListLoadBalancers', {}, 'SignatureDoesNotMatch', clientWith('testak', 'other'));
    await refused('ListLoadBalancers', {}, 'InvalidAccessKeyId.NotFound', clientWith('nobody', 'testsecret'));
}

/* The SDK calls the RPC signature "v2". */
async function testOlderSignature() {
    const older = (secret) => clientWith('testak', secret, { signatureAlgorithm: 'v2' });
    const regions = (await call('DescribeRegions', { acceptLanguage: 'zh-CN' }, older('testsecret'))).regions;
    assert.ok(regions.length > 1);
    await refused('ListLoadBalancers', {}, 'SignatureDoesNotMatch', older('other'));
}

async function testSecurityToken() {
    const withToken = (securityToken) => clientWith('STS.sdk', 'stssecret', { securityToken, type: 'sts' });
    assert.ok((await call('DescribeZones', {}, withToken('stoken+/='))).zones.length >= 2);
    await refused('DescribeZones', {}, 'InvalidSecurityToken.MismatchWithAccessKey', withToken('another'));
}

/* Keys from STS, asked for without any key, sign calls of ALB. */
async function testRoleOfAServiceAccount() {
    const query = 'Version=2015-04-01&Action=AssumeRoleWithOIDC&Format=JSON';
    const reply = await fetch(`${world.endpoint.origin}/?${query}`, {
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

/* Each action without any parameter names one that it requires. */
async function testMissingParameters() {
    let checked = 0;
    for (const [action, { parameters }] of Object.entries(world.spec.actions)) {
        const required = Object.keys(parameters).filter((name) => parameters[name].required);
        if (!required.length)
            continue;
        checked++;
        const error = await refusal(send(action, {}, world.client));
        assert.ok(required.some((name) => error.code === `Missing${name}`), `${action}: ${error.code}`);
        assert.strictEqual(error.statusCode, 400);
    }
    assert.ok(checked > 60, `only ${checked} actions have required parameters`);
}

/* A value that is none of those documented, for each parameter of text that has such a list. */
async function testValuesThatDoNotExist() {
    const wrong = /^(InvalidParameter|IllegalParam\..+)$/;
    await refused('DescribeRegions', { acceptLanguage: 'tlh' }, wrong);
    await refused('ListRules', { direction: 'Sideways' }, wrong);
    await refused('ListListeners', { listenerProtocol: 'FTP' }, wrong);
    await refused('ListServerGroups', { serverGroupType: 'Cloud' }, wrong);
    await refused('ListAsynJobs', { resourceType: 'moon' }, wrong);
    await refused('ListTagKeys', { resourceType: 'loadbalancer', category: 'Mine' }, wrong);
}

async function testPageSizes() {
    const wrong = /^(InvalidParameter|IllegalParam\..+)$/;
    for (const action of ['ListLoadBalancers', 'ListListeners', 'ListRules', 'ListServerGroups', 'ListAcls'])
        for (const maxResults of [0, -1, 101])
            await refused(action, { maxResults }, wrong);
    await refused('GetListenerHealthStatus', { listenerId: 'lsn-1', maxResults: 31 }, wrong);
    await refused('ListRules', { nextToken: 'not-one-of-ours' }, wrong);
}

async function testSizesOfFilters() {
    const ids = (n) => Array.from({ length: n }, (_, i) => `x-${i}`);
    const wrong = /^(InvalidParameter|IllegalParam(Size)?\..+)$/;
    await call('ListListeners', { listenerIds: ids(20) });
    await refused('ListListeners', { listenerIds: ids(21) }, wrong);
    await refused('ListRules', { ruleIds: ids(21) }, wrong);
    await refused('ListAcls', { aclNames: ids(11) }, wrong);
    await refused('ListAsynJobs', { jobIds: ids(11) }, wrong);
    await refused('ListAclRelations', { aclIds: ids(6) }, wrong);
    await refused('ListSecurityPolicyRelations', { securityPolicyIds: ids(6) }, wrong);
}

async function testLostReply() {
    await adminCall('PUT', '/faults', '{action: CreateServerGroup, times: 1, effect: lose_reply}');
    const lost = await refusal(send('CreateServerGroup', groupRequest({ serverGroupName: 'sdk-lost' }), world.client));
    assert.strictEqual(lost.statusCode, undefined);
    await adminCall('PUT', '/faults', '[]');
    const answer = await call('ListServerGroups', { serverGroupNames: ['sdk-lost'] });
    assert.strictEqual(answer.totalCount, 1); /* it was done all the same */
}

async function testUnavailable() {
    await adminCall('PUT', '/faults', '{action: List*, times: 1, effect: error}');
    const error = await refusal(send('ListServerGroups', {}, world.client));
    assert.strictEqual(error.code, 'ServiceUnavailable');
    assert.strictEqual(error.statusCode, 503);
    await call('ListServerGroups', {});
}

async function testThrottling() {
    await adminCall('PUT', '/flow', 'ListAsynJobs=1/60000\nretry-after=on\n');
    await call('ListAsynJobs', {});
    const error = await refusal(send('ListAsynJobs', {}, world.client));
    assert.strictEqual(error.name, 'ThrottlingError');
    assert.strictEqual(error.code, 'Throttling.User');
    assert.ok(error.retryAfter > 0 && error.retryAfter <= 60000, `retryAfter ${error.retryAfter}`);
    await adminCall('PUT', '/flow', 'off\n');
    await call('ListAsynJobs', {});
}

module.exports = async function wire() {
    await step('wire: a wrong secret and an unknown key are refused', testWrongSecret);
    await step('wire: the RPC signature is verified too', testOlderSignature);
    await step('wire: a temporary key needs its security token', testSecurityToken);
    await step('wire: keys from STS sign', testRoleOfAServiceAccount);
    await step('wire: every action names the parameter that is missing', testMissingParameters);
    await step('wire: values that do not exist are refused', testValuesThatDoNotExist);
    await step('wire: pages have 1 to 100 entries, health 1 to 30', testPageSizes);
    await step('wire: filters have their documented sizes', testSizesOfFilters);
    await step('wire: a reply is lost, the effect is not', testLostReply);
    await step('wire: a 503 looks to the SDK like one', testUnavailable);
    await step('wire: throttling looks to the SDK like throttling', testThrottling);
};
