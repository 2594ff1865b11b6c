/* policy.js - TLS security policies: the system's and an account's own. */
'use strict';
const {
    assert, call, change, contains, pages, refused, settle, sorted, step, wouldDo,
} = require('../lib');
const {
    httpsListener, listenerRequest, loadBalancer, serverGroup, tls,
} = require('../make');

const made = {};
const ids = async (filter) => (await call('ListSecurityPolicies', filter)).securityPolicies.map((p) => p.securityPolicyId);
const read = async (id) => (await call('ListSecurityPolicies', { securityPolicyIds: [id] })).securityPolicies[0];
const request = (more) => ({
    securityPolicyName: 'sdk-policy', TLSVersions: ['TLSv1.2'], ciphers: ['ECDHE-RSA-AES128-GCM-SHA256', 'AES256-SHA'], ...more,
});

/* What each is made for: versions by their names, and forward secrecy where it is strict. */
async function testSystem() {
    const { securityPolicies } = await call('ListSystemSecurityPolicies');
    const versions = (id) => securityPolicies.find((p) => p.securityPolicyId === id).TLSVersions;
    assert.deepStrictEqual(sorted(securityPolicies, 'securityPolicyId').map((p) => p.securityPolicyId), [
        'tls_cipher_policy_1_0', 'tls_cipher_policy_1_1', 'tls_cipher_policy_1_2', 'tls_cipher_policy_1_2_strict',
        'tls_cipher_policy_1_2_strict_with_1_3']);
    assert.deepStrictEqual(versions('tls_cipher_policy_1_0'), ['TLSv1.0', 'TLSv1.1', 'TLSv1.2']);
    assert.deepStrictEqual(versions('tls_cipher_policy_1_2_strict_with_1_3'), ['TLSv1.2', 'TLSv1.3']);
    const strict = securityPolicies.find((p) => p.securityPolicyId === 'tls_cipher_policy_1_2_strict');
    assert.strictEqual(strict.ciphers.length, 12);
    assert.ok(strict.ciphers.every((suite) => suite.startsWith('ECDHE-')));
}

async function testLife() {
    const all = request({ clientToken: 'policy-1', tag: [{ key: 'k', value: 'v' }], resourceGroupId: 'rg-other' });
    await wouldDo('CreateSecurityPolicy', { ...all, clientToken: undefined });
    const { securityPolicyId } = await call('CreateSecurityPolicy', all);
    made.policy = securityPolicyId;
    assert.strictEqual((await call('CreateSecurityPolicy', all)).securityPolicyId, securityPolicyId);
    contains(await read(securityPolicyId), {
        ...request(), securityPolicyStatus: 'Available', resourceGroupId: 'rg-other', tags: [{ key: 'k', value: 'v' }],
    });
    await wouldDo('UpdateSecurityPolicyAttribute', { securityPolicyId, securityPolicyName: 'sdk-renamed' });
    await call('UpdateSecurityPolicyAttribute', { securityPolicyId, securityPolicyName: 'sdk-renamed' });
    contains(await read(securityPolicyId), { securityPolicyStatus: 'Configuring' });
    await refused('UpdateSecurityPolicyAttribute', { securityPolicyId, securityPolicyName: 'sdk-x' }, 'IncorrectStatus.SecurityPolicy');
    await refused('DeleteSecurityPolicy', { securityPolicyId }, 'IncorrectStatus.SecurityPolicy');
    await settle();
    contains(await read(securityPolicyId), { ...request(), securityPolicyName: 'sdk-renamed', securityPolicyStatus: 'Available' });
    await change('UpdateSecurityPolicyAttribute', { securityPolicyId, TLSVersions: ['TLSv1.3'], ciphers: ['TLS_AES_128_GCM_SHA256'] });
    contains(await read(securityPolicyId), { TLSVersions: ['TLSv1.3'], ciphers: ['TLS_AES_128_GCM_SHA256'] });
}

async function testWrongRequests() {
    const wrong = /^(IllegalParam|InvalidParameter|Missing)/;
    await refused('CreateSecurityPolicy', request({ ciphers: ['ROT13'] }), wrong);
    await refused('CreateSecurityPolicy', request({ TLSVersions: ['TLSv1.0'], ciphers: ['AES128-GCM-SHA256'] }), wrong);
    await refused('CreateSecurityPolicy', request({ TLSVersions: ['SSLv3'] }), wrong);
    await refused('CreateSecurityPolicy', request({ securityPolicyName: '_x' }), wrong);
    await refused('UpdateSecurityPolicyAttribute', { securityPolicyId: 'spy-none' }, 'ResourceNotFound.SecurityPolicy');
    await refused('DeleteSecurityPolicy', { securityPolicyId: 'spy-none' }, 'ResourceNotFound.SecurityPolicy');
    await refused('ListSecurityPolicyRelations', { securityPolicyIds: ['spy-none'] }, 'ResourceNotFound.SecurityPolicy');
}

async function testRelations() {
    const { policy } = made;
    const lb = await loadBalancer();
    const group = await serverGroup();
    const listenerId = await httpsListener(lb, group, { securityPolicyId: policy });
    const system = await httpsListener(lb, group, { listenerPort: 8443, securityPolicyId: 'tls_cipher_policy_1_2' });
    contains(await call('ListSecurityPolicyRelations', { securityPolicyIds: [policy, 'tls_cipher_policy_1_2'] }), {
        secrityPolicyRelations: [
            { securityPolicyId: policy, relatedListeners: [{ listenerId, listenerPort: 443, listenerProtocol: 'HTTPS', loadBalancerId: lb }] },
            { securityPolicyId: 'tls_cipher_policy_1_2', relatedListeners: [{ listenerId: system }] },
        ],
    });
    await refused('DeleteSecurityPolicy', { securityPolicyId: policy }, 'ResourceInUse.SecurityPolicy');
    for (let port = 1; port < 10; port++) /* 10 listeners a policy */
        await call('CreateListener', listenerRequest(lb, group, {
            listenerPort: port, listenerProtocol: 'HTTPS', securityPolicyId: policy, ...tls(1),
        }));
    await refused('CreateListener', listenerRequest(lb, group, {
        listenerPort: 10, listenerProtocol: 'HTTPS', securityPolicyId: policy, ...tls(1),
    }), 'ResourceQuotaExceeded.SecurityPolicyAttachedNum');
    await refused('UpdateListenerAttribute', { listenerId: system, securityPolicyId: policy },
        'ResourceQuotaExceeded.SecurityPolicyAttachedNum');
    await settle();
    await change('DeleteLoadBalancer', { loadBalancerId: lb });
    await call('DeleteSecurityPolicy', { securityPolicyId: policy });
    assert.deepStrictEqual(await ids({ securityPolicyIds: [policy] }), []);
}

async function testListAndQuota() {
    const { securityPolicyId } = await call('CreateSecurityPolicy', request({
        securityPolicyName: 'sdk-tagged', tag: [{ key: 'colour', value: 'blue' }],
    }));
    assert.deepStrictEqual(await ids({ securityPolicyNames: ['sdk-tagged'] }), [securityPolicyId]);
    assert.deepStrictEqual(await ids({ tag: [{ key: 'colour', value: 'blue' }] }), [securityPolicyId]);
    assert.deepStrictEqual(await ids({ resourceGroupId: 'rg-none' }), []);
    for (let n = 1; n < 50; n++)
        await call('CreateSecurityPolicy', request());
    await refused('CreateSecurityPolicy', request(), 'QuotaExceeded.SecurityPoliciesNum');
    assert.strictEqual((await pages('ListSecurityPolicies', {}, 'securityPolicies', 20)).length, 50);
}

module.exports = async function family() {
    await step('policy: the system has five', testSystem);
    await step('policy: created once for its token, and changed', testLife);
    await step('policy: wrong requests are refused', testWrongRequests);
    await step('policy: knows its listeners, 10 of them and no more', testRelations);
    await step('policy: found by every filter, 50 of them and no more', testListAndQuota);
};
