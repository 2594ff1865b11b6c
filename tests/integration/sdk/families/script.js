/* script.js - AScripts: programs in a listener. */
'use strict';
const {
    assert, call, change, contains, pages, refused, settle, step, wouldDo,
} = require('../lib');
const { listener, loadBalancer, serverGroup } = require('../make');

const made = {};
const script = (AScriptName, more = {}) => ({ AScriptName, scriptContent: 'if true\n  add_req_header("a", "b")\nend', ...more });
const list = async (filter = {}) => (await call('ListAScripts', { maxResults: 100, ...filter })).AScripts;

async function setup() {
    made.lb = await loadBalancer();
    made.group = await serverGroup();
    made.listener = await listener(made.lb, made.group);
}
const on = (...AScripts) => ({ listenerId: made.listener, AScripts });

async function testCreate() {
    const request = on(script('sdk-head', { enabled: true, position: 'RequestHead' }), script('sdk-foot', { position: 'RequestFoot',
        extAttributeEnabled: true, extAttributes: [{ attributeKey: 'EsDebug', attributeValue: 'on' }] }));
    await wouldDo('CreateAScripts', request);
    const body = await call('CreateAScripts', { ...request, clientToken: 'script-1' });
    contains(await call('CreateAScripts', { ...request, clientToken: 'script-1' }), { jobId: body.jobId });
    made.scripts = body.AScriptIds.map((s) => s.AScriptId);
    for (const id of made.scripts)
        assert.match(id, /^as-[a-z0-9]{18}$/);
    assert.strictEqual((await list())[0].AScriptStatus, 'Creating');
    await refused('CreateAScripts', on(script('sdk-x')), 'IncorrectStatus.Listener');
    await settle();
    contains(await list(), [
        { AScriptId: made.scripts[0], AScriptName: 'sdk-head', AScriptStatus: 'Available', enabled: true,
            listenerId: made.listener, loadBalancerId: made.lb, scriptContent: script('x').scriptContent },
        { AScriptName: 'sdk-foot', enabled: false },
    ]);
}

async function testUpdate() {
    const update = { AScripts: [{ AScriptId: made.scripts[0], AScriptName: 'sdk-renamed', enabled: false, scriptContent: 'pass' }] };
    await wouldDo('UpdateAScripts', update);
    await call('UpdateAScripts', update);
    assert.strictEqual((await list())[0].AScriptStatus, 'Configuring');
    await refused('UpdateAScripts', update, 'IncorrectStatus.Listener');
    await refused('DeleteAScripts', { AScriptIds: made.scripts }, 'IncorrectStatus.Listener');
    await settle();
    contains((await list())[0], { AScriptName: 'sdk-renamed', enabled: false, scriptContent: 'pass', AScriptStatus: 'Available' });
    await refused('UpdateAScripts', { AScripts: [{ AScriptId: 'as-none', enabled: true }] }, 'ResourceNotFound.Ascript');
}

async function testWrongRequests() {
    const wrong = /^(IllegalParam|InvalidParameter|Missing)/;
    await refused('CreateAScripts', on(script('_')), wrong);
    await refused('CreateAScripts', on(script('sdk-x', { position: 'Middle' })), wrong);
    await refused('CreateAScripts', on({ AScriptName: 'sdk-x' }), wrong);
    await refused('CreateAScripts', on(script('sdk-x', { extAttributes: [{ attributeKey: 'Other', attributeValue: 'on' }] })), wrong);
    await refused('CreateAScripts', on(script('sdk-long', { scriptContent: 'x\n'.repeat(1001) })), 'ResourceQuotaExceeded.AScriptLinesNum');
    const long = (name) => script(name, { scriptContent: 'x\n'.repeat(1000) });
    await refused('CreateAScripts', on(long('sdk-1'), long('sdk-2')), 'ResourceQuotaExceeded.AScriptsTotalLinesNum');
    await refused('CreateAScripts', on(...Array.from({ length: 9 }, (_, i) => script(`sdk-${i}`))), 'ResourceQuotaExceeded.AScriptsNum');
    const other = await listener(made.lb, made.group, { listenerPort: 81 });
    const { AScriptIds } = await change('CreateAScripts', { listenerId: other, AScripts: [script('sdk-other')] });
    await refused('DeleteAScripts', { AScriptIds: [made.scripts[0], AScriptIds[0].AScriptId] }, 'OperationDenied.CrossListenerAScripts');
    await change('StopListener', { listenerId: other });
    await refused('CreateAScripts', { listenerId: other, AScripts: [script('sdk-x')] }, 'IncorrectStatus.Listener');
}

async function testList() {
    assert.strictEqual((await list({ listenerIds: [made.listener] })).length, 2);
    assert.strictEqual((await list({ AScriptNames: ['sdk-foot'] })).length, 1);
    assert.strictEqual((await list({ AScriptIds: [made.scripts[1]] })).length, 1);
    assert.strictEqual((await pages('ListAScripts', {}, 'AScripts', 2)).length, 3);
}

async function testDelete() {
    await wouldDo('DeleteAScripts', { AScriptIds: made.scripts });
    await call('DeleteAScripts', { AScriptIds: made.scripts });
    assert.strictEqual((await list({ listenerIds: [made.listener] }))[0].AScriptStatus, 'Deleting');
    await settle();
    assert.deepStrictEqual(await list({ listenerIds: [made.listener] }), []);
    await refused('DeleteAScripts', { AScriptIds: made.scripts }, 'ResourceNotFound.AScript');
}

module.exports = async function family() {
    await setup();
    await step('script: created once for a token, and read back', testCreate);
    await step('script: changed, and meanwhile by nobody else', testUpdate);
    await step('script: wrong requests are refused', testWrongRequests);
    await step('script: found by every filter, and page by page', testList);
    await step('script: deleted', testDelete);
};
