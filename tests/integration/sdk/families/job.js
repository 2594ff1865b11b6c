/* job.js - jobs: what became of asynchronous changes. */
'use strict';
const {
    adminCall, assert, call, change, contains, jobOf, pages, settle, step, PENDING_MS,
} = require('../lib');
const {
    forward, groupRequest, listener, loadBalancer, serverGroup,
} = require('../make');

const made = {};
const list = async (filter) => (await call('ListAsynJobs', { maxResults: 100, ...filter })).jobs;

async function testLife() {
    const { jobId, serverGroupId } = await call('CreateServerGroup', groupRequest());
    const job = await jobOf(jobId);
    contains(job, {
        id: jobId, apiName: 'CreateServerGroup', operateType: 'Create', resourceType: 'servergroup', resourceId: serverGroupId,
        status: 'Processing',
    });
    assert.ok(Math.abs(job.createTime - Date.UTC(2025, 0, 1)) < 30 * 24 * 3600 * 1000); /* milliseconds */
    await settle();
    const done = await jobOf(jobId);
    contains(done, { status: 'Succeeded', createTime: job.createTime, modifyTime: job.createTime + PENDING_MS });
    assert.strictEqual(done.errorCode, undefined);
    made.group = serverGroupId;
}

/* A job outlives what it was about. */
async function testOutlives() {
    const { jobId } = await change('DeleteServerGroup', { serverGroupId: made.group });
    contains(await jobOf(jobId), { operateType: 'Delete', resourceId: made.group, status: 'Succeeded' });
}

/* An accepted change may fail in the end: what it would have changed is as it was. */
async function testFailure() {
    const { serverGroupId } = await change('CreateServerGroup', groupRequest());
    const fails = (action) => adminCall('PUT', '/fail',
        JSON.stringify({ action, code: '506', message: 'AllocateEipAddress Failed' }));
    const failed = async ({ jobId }) => {
        assert.strictEqual((await jobOf(jobId)).errorCode, undefined);
        await settle();
        contains(await jobOf(jobId), { status: 'Failed', errorCode: '506', errorMessage: 'AllocateEipAddress Failed' });
    };
    const group = async (id = serverGroupId) => (await call('ListServerGroups', { serverGroupIds: [id] })).serverGroups[0];
    await fails('UpdateServerGroupAttribute');
    const update = { serverGroupId, serverGroupName: 'sdk-renamed' };
    const first = await call('UpdateServerGroupAttribute', update);
    contains(await group(), { serverGroupStatus: 'Configuring' });
    await failed(first);
    contains(await group(), { serverGroupStatus: 'Available', serverGroupName: 'sdk-group' });
    await change('UpdateServerGroupAttribute', update);
    contains(await group(), { serverGroupName: 'sdk-renamed' });
    await fails('CreateServerGroup');
    const made = await call('CreateServerGroup', groupRequest());
    contains(await group(made.serverGroupId), { serverGroupStatus: 'Creating' });
    await failed(made);
    assert.strictEqual(await group(made.serverGroupId), undefined);
}

async function testList() {
    const lb = await loadBalancer();
    const group = await serverGroup();
    const listenerId = await listener(lb, group);
    const { ruleId } = await change('CreateRule', {
        listenerId, ruleName: 'sdk-rule', priority: 1, ruleActions: [{ ...forward(group), order: 1 }],
        ruleConditions: [{ type: 'Path', pathConfig: { values: ['/x'] } }],
    });
    await change('UpdateRuleAttribute', { ruleId, priority: 2 });
    await change('UpdateLoadBalancerAttribute', { loadBalancerId: lb, loadBalancerName: 'sdk-renamed' });
    const names = async (filter) => (await list(filter)).map((j) => j.apiName);
    assert.deepStrictEqual(await names({ resourceIds: [ruleId] }), ['CreateRule', 'UpdateRuleAttribute']);
    assert.deepStrictEqual(await names({ resourceType: 'rule' }), ['CreateRule', 'UpdateRuleAttribute']);
    assert.deepStrictEqual(await names({ apiName: 'CreateListener' }), ['CreateListener']);
    assert.deepStrictEqual(await names({ resourceType: 'loadbalancer' }), ['UpdateLoadBalancerAttribute']);
    assert.deepStrictEqual(await names({ jobIds: ['00000000-0000-0000-0000-000000000000'] }), []);
    const all = await list({});
    const last = all[all.length - 1].createTime;
    assert.deepStrictEqual(await names({ beginTime: last }), [all[all.length - 1].apiName]);
    assert.strictEqual((await list({ endTime: last - 1 })).length, all.length - 1);
    assert.deepStrictEqual((await pages('ListAsynJobs', {}, 'jobs', 2)).map((j) => j.id), all.map((j) => j.id));
}

module.exports = async function family() {
    await step('job: Processing, then Succeeded', testLife);
    await step('job: there is more to it than its resource', testOutlives);
    await step('job: Failed, with nothing done', testFailure);
    await step('job: found by every filter, and page by page', testList);
};
