/* tag.js - tags and resource groups of everything that has them. */
'use strict';
const {
    assert, call, contains, pages, refused, settle, step,
} = require('../lib');
const { loadBalancer, serverGroup } = require('../make');

const made = {};

async function setup() {
    made.loadbalancer = await loadBalancer();
    made.servergroup = await serverGroup();
    made.acl = (await call('CreateAcl', { aclName: 'sdk-acl' })).aclId;
    made.securitypolicy = (await call('CreateSecurityPolicy', {
        securityPolicyName: 'sdk-policy', TLSVersions: ['TLSv1.2'], ciphers: ['AES256-SHA'],
    })).securityPolicyId;
    await settle();
}

async function tags(resourceType, resourceId = made[resourceType], more = {}) {
    const { tagResources } = await call('ListTagResources', { resourceType, resourceId: [resourceId], ...more });
    return tagResources.map((t) => `${t.tagKey}=${t.tagValue}`).sort();
}

async function testEveryType() {
    for (const resourceType of Object.keys(made)) {
        const resource = { resourceType, resourceId: [made[resourceType]] };
        await call('TagResources', { ...resource, tag: [{ key: 'a', value: '1' }, { key: 'é 中', value: '😀+%20' }] });
        await call('TagResources', { ...resource, tag: [{ key: 'a', value: '2' }] });
        assert.deepStrictEqual(await tags(resourceType), ['a=2', 'é 中=😀+%20']);
        await call('UnTagResources', { ...resource, tagKey: ['a', 'none'] });
        assert.deepStrictEqual(await tags(resourceType), ['é 中=😀+%20']);
        await call('UnTagResources', { ...resource, all: true });
        assert.deepStrictEqual(await tags(resourceType), []);
    }
}

async function testSeveralResources() {
    const other = await loadBalancer({ loadBalancerName: 'sdk-other', tag: [{ key: 'old', value: 'x' }] });
    const both = { resourceType: 'loadbalancer', resourceId: [made.loadbalancer, other] };
    await call('TagResources', { ...both, tag: [{ key: 'k', value: 'v' }, { key: 'team', value: 'one' }] });
    await call('TagResources', { ...both, resourceId: [other], tag: [{ key: 'team', value: 'two' }] });
    const list = async (filter) => (await call('ListTagResources', { resourceType: 'loadbalancer', ...filter })).tagResources;
    const twos = await list({ tag: [{ key: 'team', value: 'two' }] });
    assert.ok(twos.length > 0 && twos.every((t) => t.resourceId === other && t.resourceType === 'loadbalancer'));
    assert.strictEqual((await list({ resourceId: both.resourceId })).length, 5);
    assert.strictEqual((await pages('ListTagResources', both, 'tagResources', 2)).length, 5);
    const keys = await call('ListTagKeys', { resourceType: 'loadbalancer' });
    assert.deepStrictEqual(keys.tagKeys.map((k) => k.tagKey).sort(), ['k', 'old', 'team']);
    contains(keys.tagKeys[0], { category: 'Custom' });
    assert.deepStrictEqual((await call('ListTagKeys', { resourceType: 'loadbalancer', category: 'System' })).tagKeys, []);
    assert.deepStrictEqual((await call('ListTagKeys', { resourceType: 'loadbalancer', keyword: 'tea' })).tagKeys.map((k) => k.tagKey), ['team']);
    const values = async (more) => (await call('ListTagValues', { resourceType: 'loadbalancer', tagKey: 'team', ...more })).tagValues.sort();
    assert.deepStrictEqual(await values({}), ['one', 'two']);
    assert.deepStrictEqual(await values({ resourceId: other }), ['two']);
    assert.strictEqual((await pages('ListTagKeys', { resourceType: 'loadbalancer' }, 'tagKeys', 1)).length, 3);
    assert.strictEqual((await pages('ListTagValues', { resourceType: 'loadbalancer', tagKey: 'team' }, 'tagValues', 1)).length, 2);
}

async function testWrongRequests() {
    const missing = {
        loadbalancer: 'LoadBalancer', servergroup: 'ServerGroup', acl: 'Acl', securitypolicy: 'SecurityPolicy',
    };
    for (const [resourceType, kind] of Object.entries(missing)) {
        const nothing = { resourceType, resourceId: ['x-none'] };
        await refused('TagResources', { ...nothing, tag: [{ key: 'k', value: 'v' }] }, `ResourceNotFound.${kind}`);
        await refused('UnTagResources', { ...nothing, all: true }, `ResourceNotFound.${kind}`);
        await refused('ListTagResources', nothing, `ResourceNotFound.${kind}`);
        await refused('ListTagValues', { resourceType, resourceId: 'x-none', tagKey: 'k' }, `ResourceNotFound.${kind}`);
        await refused('MoveResourceGroup', { resourceType, resourceId: 'x-none', newResourceGroupId: 'rg-1' }, `ResourceNotFound.${kind}`);
    }
    const wrong = /^(IllegalParam|InvalidParameter|Missing|DuplicatedParam)/;
    const one = { resourceType: 'acl', resourceId: [made.acl] };
    for (const key of ['acs:x', 'aliyun-x', 'http://x', 'x'.repeat(129)])
        await refused('TagResources', { ...one, tag: [{ key, value: 'v' }] }, wrong);
    await refused('TagResources', { ...one, tag: [{ key: 'k', value: '1' }, { key: 'k', value: '2' }] }, wrong);
    await refused('TagResources', { ...one, resourceType: 'moon', tag: [{ key: 'k' }] }, wrong);
    await refused('UnTagResources', one, wrong);
    await refused('ListTagResources', { resourceType: 'acl' }, wrong);
}

/* 20 tags a resource, 20 a call, 50 resources a call. */
async function testQuota() {
    const one = { resourceType: 'acl', resourceId: [made.acl] };
    const some = (from, n) => Array.from({ length: n }, (_, i) => ({ key: `k${from + i}`, value: 'v' }));
    await refused('TagResources', { ...one, tag: some(0, 21) }, /^(IllegalParam|InvalidParameter)/);
    await call('TagResources', { ...one, tag: some(0, 20) });
    await call('TagResources', { ...one, tag: some(0, 20) }); /* the same keys */
    await refused('TagResources', { ...one, tag: some(20, 1) }, 'ResourceQuotaExceeded.TagNum');
    await refused('TagResources', { ...one, resourceId: Array(51).fill(made.acl), tag: some(0, 1) }, /^(IllegalParam|InvalidParameter)/);
}

async function testResourceGroup() {
    const lists = {
        loadbalancer: ['ListLoadBalancers', 'loadBalancers'],
        servergroup: ['ListServerGroups', 'serverGroups'],
        acl: ['ListAcls', 'acls'],
        securitypolicy: ['ListSecurityPolicies', 'securityPolicies'],
    };
    for (const [resourceType, [action, member]] of Object.entries(lists)) {
        const move = { resourceType, resourceId: made[resourceType], newResourceGroupId: 'rg-new' };
        await call('MoveResourceGroup', move);
        const found = await call(action, { resourceGroupId: 'rg-new' });
        assert.strictEqual(found[member].length, 1);
        assert.strictEqual(found[member][0].resourceGroupId, 'rg-new');
        await refused('MoveResourceGroup', { ...move, newResourceGroupId: 'nothing' }, 'NotExist.ResourceGroup');
    }
}

module.exports = async function family() {
    await setup();
    await step('tag: set, changed and removed, on every type', testEveryType);
    await step('tag: found by resource, key and value, page by page', testSeveralResources);
    await step('tag: wrong requests are refused', testWrongRequests);
    await step('tag: 20 of a resource and no more', testQuota);
    await step('tag: resources move to another resource group', testResourceGroup);
};
