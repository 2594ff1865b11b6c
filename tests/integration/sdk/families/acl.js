/* acl.js - access control lists, their entries, and the listeners that use them. */
'use strict';
const {
    assert, call, change, contains, jobOf, pages, refused, settle, step, wouldDo,
} = require('../lib');
const { listener, loadBalancer, serverGroup } = require('../make');

const made = {};
const ids = async (filter) => (await call('ListAcls', filter)).acls.map((a) => a.aclId);
const read = async (id) => (await call('ListAcls', { aclIds: [id] })).acls[0];
const entries = async (aclId) => (await call('ListAclEntries', { aclId, maxResults: 100 })).aclEntries;
const bind = (...aclIds) => ({ listenerId: made.listener, aclType: 'White', aclIds });
const unbind = (...aclIds) => ({ listenerId: made.listener, aclIds });

async function acl(aclName, ...list) {
    const { aclId } = await change('CreateAcl', { aclName });
    if (list.length)
        await change('AddEntriesToAcl', { aclId, aclEntries: list.map((entry) => ({ entry })) });
    return aclId;
}

async function relations(...aclIds) {
    const { aclRelations } = await call('ListAclRelations', { aclIds });
    return aclRelations.map((r) => r.relatedListeners.map((l) => l.status).join());
}

async function setup() {
    made.lb = await loadBalancer();
    made.group = await serverGroup();
    made.listener = await listener(made.lb, made.group);
}

async function testLife() {
    const request = { aclName: 'sdk-acl', clientToken: 'acl-1', tag: [{ key: 'k', value: 'v' }], resourceGroupId: 'rg-other' };
    await wouldDo('CreateAcl', { ...request, clientToken: undefined });
    const { aclId, jobId } = await call('CreateAcl', request);
    assert.match(aclId, /^acl-[a-z0-9]{18}$/);
    contains(await call('CreateAcl', request), { aclId, jobId });
    await refused('CreateAcl', { ...request, aclName: 'sdk-else' }, 'IdempotentParameterMismatch');
    contains(await read(aclId), { aclStatus: 'Creating' });
    for (const [action, more] of [['UpdateAclAttribute', { aclName: 'sdk-x' }], ['DeleteAcl', {}],
        ['AddEntriesToAcl', { aclEntries: [{ entry: '10.0.0.1' }] }], ['RemoveEntriesFromAcl', { entries: ['10.0.0.1'] }]])
        await refused(action, { aclId, ...more }, 'IncorrectStatus.Acl');
    await settle();
    contains(await jobOf(jobId), { status: 'Succeeded', resourceType: 'acl', resourceId: aclId });
    contains(await read(aclId), {
        aclName: 'sdk-acl', aclStatus: 'Available', addressIPVersion: 'IPv4', configManagedEnabled: false,
        resourceGroupId: 'rg-other', tags: [{ key: 'k', value: 'v' }],
    });
    await wouldDo('UpdateAclAttribute', { aclId, aclName: 'sdk-renamed' });
    await call('UpdateAclAttribute', { aclId, aclName: 'sdk-renamed' });
    contains(await read(aclId), { aclName: 'sdk-renamed', aclStatus: 'Available' });
    const other = await acl('sdk-taken');
    await refused('UpdateAclAttribute', { aclId: other, aclName: 'sdk-renamed' }, 'Conflict.Acl');
    await call('UpdateAclAttribute', { aclId: other, aclName: 'sdk-taken' }); /* its own name is no conflict */
    await change('DeleteAcl', { aclId });
    assert.deepStrictEqual(await ids({ aclIds: [aclId] }), []);
    for (const [action, more] of [['UpdateAclAttribute', { aclName: 'sdk-x' }], ['DeleteAcl', {}], ['ListAclEntries', {}],
        ['AddEntriesToAcl', { aclEntries: [{ entry: '10.0.0.1' }] }], ['RemoveEntriesFromAcl', { entries: ['10.0.0.1'] }]])
        await refused(action, { aclId, ...more }, 'ResourceNotFound.Acl');
    await refused('ListAclRelations', { aclIds: [aclId] }, 'ResourceNotFound.Acl');
    await refused('CreateAcl', { aclName: '?' }, /^(IllegalParam|InvalidParameter)/);
    await refused('CreateAcl', { aclName: 'sdk-x', resourceGroupId: 'nothing' }, 'NotExist.ResourceGroup');
}

async function testList() {
    const [one, two, three] = [await acl('sdk-one'), await acl('sdk-two'), await acl('sdk-three')];
    await call('TagResources', { resourceType: 'acl', resourceId: [two], tag: [{ key: 'colour', value: 'red' }] });
    assert.deepStrictEqual(await ids({ aclNames: ['sdk-three', 'sdk-one'] }), [one, three]);
    assert.deepStrictEqual(await ids({ aclIds: [two, 'acl-none'] }), [two]);
    assert.deepStrictEqual(await ids({ tag: [{ key: 'colour', value: 'red' }] }), [two]);
    assert.deepStrictEqual(await ids({ resourceGroupId: 'rg-none' }), []);
    const all = await ids({});
    assert.deepStrictEqual((await pages('ListAcls', {}, 'acls', 2)).map((a) => a.aclId), all);
}

async function testEntries() {
    const aclId = await acl('sdk-entries');
    const add = (...list) => ({ aclId, aclEntries: list });
    await call('AddEntriesToAcl', add({ entry: '10.0.0.0/8', description: 'office' }, { entry: '10.1.1.1' }));
    contains(await entries(aclId), [{ entry: '10.0.0.0/8', description: 'office', status: 'Adding' }, { status: 'Adding' }]);
    contains(await read(aclId), { aclStatus: 'Configuring' });
    await refused('AddEntriesToAcl', add({ entry: '10.1.1.2' }), 'IncorrectStatus.Acl');
    await settle();
    await refused('AddEntriesToAcl', add({ entry: '10.1.1.1' }), 'ResourceAlreadyExist.AclEntry');
    for (const entry of ['10.0.0.0/33', 'nothing', '10.0.0'])
        await refused('AddEntriesToAcl', add({ entry }), /^(IllegalParam|InvalidParameter)/);
    await refused('AddEntriesToAcl', add(...Array(21).fill({ entry: '10.2.0.1' })), /^(IllegalParam|InvalidParameter)/);
    await refused('RemoveEntriesFromAcl', { aclId, entries: ['10.9.9.9'] }, 'ResourceNotFound.AclEntry');
    await call('RemoveEntriesFromAcl', { aclId, entries: ['10.1.1.1'] });
    contains(await entries(aclId), [{ status: 'Available' }, { entry: '10.1.1.1', status: 'Removing' }]);
    await settle();
    assert.strictEqual((await entries(aclId)).length, 1);
    /* 500 for an ACL. */
    const some = (from, n) => add(...Array.from({ length: n }, (_, i) => ({ entry: `10.${(from + i) >> 8}.${(from + i) & 255}.1` })));
    for (let from = 0; from < 480; from += 20)
        await change('AddEntriesToAcl', some(from, 20));
    await refused('AddEntriesToAcl', some(480, 20), 'ResourceQuotaExceeded.AclEntriesNum');
    await change('AddEntriesToAcl', some(480, 19));
    assert.strictEqual((await pages('ListAclEntries', { aclId }, 'aclEntries', 100)).length, 500);
    made.large = aclId;
}

async function testBind() {
    const [one, two] = [await acl('sdk-bind-1', '1.1.1.1'), await acl('sdk-bind-2', '2.2.2.2')];
    await wouldDo('AssociateAclsWithListener', bind(one));
    await call('AssociateAclsWithListener', bind(one));
    assert.deepStrictEqual(await relations(one, two), ['Associating', '']);
    contains((await call('GetListenerAttribute', { listenerId: made.listener })).aclConfig,
        { aclType: 'White', aclRelations: [{ aclId: one, status: 'Associating' }] });
    await refused('DissociateAclsFromListener', unbind(one), 'ResourceInConfiguring');
    await settle();
    assert.deepStrictEqual(await relations(one), ['Associated']);
    contains((await call('ListAclRelations', { aclIds: [one] })).aclRelations[0], {
        aclId: one,
        relatedListeners: [{ listenerId: made.listener, listenerPort: 80, listenerProtocol: 'HTTP', loadBalancerId: made.lb }],
    });
    await refused('AssociateAclsWithListener', bind(one), 'ResourceInUse.Acl');
    await refused('AssociateAclsWithListener', { ...bind(two), aclType: 'Black' }, 'OperationDenied.AclNotSupport');
    await refused('AssociateAclsWithListener', bind('acl-none'), 'ResourceNotFound.Acl');
    await refused('AssociateAclsWithListener', { ...bind(two), listenerId: 'lsn-none' }, 'ResourceNotFound.Listener');
    await refused('DeleteAcl', { aclId: one }, 'ResourceInUse.Acl');
    await refused('LoadBalancerJoinSecurityGroup', { loadBalancerId: made.lb, securityGroupIds: ['sg-1'] },
        'OperationDenied.LbAssociatedAclCanNotJoinSecurityGroup');
    const same = await acl('sdk-bind-same', '1.1.1.1');
    await refused('AssociateAclsWithListener', bind(same), 'ResourceAlreadyExist.AclEntry');
    await refused('DissociateAclsFromListener', unbind(two), 'ResourceNotAssociated.Acl');
    Object.assign(made, { one, two });
}

/* The relation of an ACL with one listener changes while another listener lets go of it. */
async function testLock() {
    const busy = await listener(made.lb, made.group, { listenerPort: 81 });
    await call('AssociateAclsWithListener', { ...bind(made.one), listenerId: busy });
    await refused('DissociateAclsFromListener', unbind(made.one), 'LockFailed');
    await settle();
    await change('DissociateAclsFromListener', { ...unbind(made.one), listenerId: busy });
}

async function testUnbind() {
    await call('DissociateAclsFromListener', unbind(made.one));
    assert.deepStrictEqual(await relations(made.one), ['Dissociating']);
    await settle();
    assert.deepStrictEqual(await relations(made.one), ['']);
    await change('DeleteAcl', { aclId: made.one });
    await change('LoadBalancerJoinSecurityGroup', { loadBalancerId: made.lb, securityGroupIds: ['sg-1'] });
    await refused('AssociateAclsWithListener', bind(made.two), 'OperationDenied.LoadBalancerJoinedSecurityGroupNotSupportAcl');
    await change('LoadBalancerLeaveSecurityGroup', { loadBalancerId: made.lb, securityGroupIds: ['sg-1'] });
}

/* 3 for a listener, 500 entries for a listener, 800 for a load balancer; sdk.sh lowers the quota
 * of 1000 ACLs to 25. */
async function testQuotas() {
    const small = [];
    for (let n = 1; n <= 4; n++)
        small.push(await acl(`sdk-small-${n}`, `3.3.3.${n}`));
    await refused('AssociateAclsWithListener', bind(...small), 'QuotaExceeded.AclsNum');
    await change('AssociateAclsWithListener', bind(small[0]));
    await refused('AssociateAclsWithListener', bind(made.large), 'ResourceQuotaExceeded.ListenerAclEntriesNum');
    await change('DissociateAclsFromListener', unbind(small[0]));
    await change('AssociateAclsWithListener', bind(made.large));
    /* ACLs in use may not grow beyond what their listener may have, nor their load balancer. */
    await change('RemoveEntriesFromAcl', { aclId: made.large, entries: ['10.0.2.1'] });
    await change('AssociateAclsWithListener', bind(small[0]));
    const grow = (aclId) => ({ aclId, aclEntries: [{ entry: '4.4.4.4' }] });
    await refused('AddEntriesToAcl', grow(small[0]), 'ResourceQuotaExceeded.ListenerAclEntriesNum');
    await change('DissociateAclsFromListener', unbind(small[0]));
    await change('AddEntriesToAcl', grow(made.large));
    const other = await listener(made.lb, made.group, { listenerPort: 82 });
    await refused('AssociateAclsWithListener', { ...bind(made.large), listenerId: other },
        'ResourceQuotaExceeded.LoadBalancerAclEntriesNum');
    for (let n = (await call('ListAcls', {})).totalCount; n < 25; n++)
        await call('CreateAcl', { aclName: `sdk-more-${n}` });
    await refused('CreateAcl', { aclName: 'sdk-too-many' }, 'QuotaExceeded.AclsNum');
}

module.exports = async function family() {
    await setup();
    await step('ACL: created once for its token, renamed, deleted', testLife);
    await step('ACL: found by every filter, and page by page', testList);
    await step('ACL: entries added and removed, 500 of them and no more', testEntries);
    await step('ACL: associated with a listener', testBind);
    await step('ACL: locked while another listener takes it', testLock);
    await step('ACL: dissociated, and apart from security groups', testUnbind);
    await step('ACL: limits of a listener, a load balancer and a region', testQuotas);
};
