/* template.js - health check templates. */
'use strict';
const {
    assert, call, change, contains, pages, refused, settle, step, wouldDo,
} = require('../lib');
const { serverGroup } = require('../make');

const made = {};
const read = (healthCheckTemplateId) => call('GetHealthCheckTemplateAttribute', { healthCheckTemplateId });
const list = async (filter) => (await call('ListHealthCheckTemplates', filter)).healthCheckTemplates;
const settings = {
    healthCheckProtocol: 'HTTP', healthCheckPath: '/ready', healthCheckMethod: 'GET', healthCheckHost: 'a.example.com',
    healthCheckHttpVersion: 'HTTP1.0', healthCheckConnectPort: 8080, healthCheckCodes: ['http_2xx', 'http_4xx'],
    healthCheckInterval: 9, healthCheckTimeout: 8, healthyThreshold: 7, unhealthyThreshold: 6,
};

async function testLife() {
    const request = {
        ...settings, healthCheckTemplateName: 'sdk-template', clientToken: 'template-1', tag: [{ key: 'k', value: 'v' }],
        resourceGroupId: 'rg-other',
    };
    await wouldDo('CreateHealthCheckTemplate', { ...request, clientToken: undefined });
    const { healthCheckTemplateId } = await call('CreateHealthCheckTemplate', request);
    made.template = healthCheckTemplateId;
    assert.match(healthCheckTemplateId, /^hct-[a-z0-9]{18,21}$/);
    assert.strictEqual((await call('CreateHealthCheckTemplate', request)).healthCheckTemplateId, healthCheckTemplateId);
    contains(await read(healthCheckTemplateId), { ...settings, healthCheckTemplateName: 'sdk-template', tags: [{ key: 'k', value: 'v' }] });
    contains(await list({ healthCheckTemplateIds: [healthCheckTemplateId] }), [{ ...settings, resourceGroupId: 'rg-other' }]);
    await call('UpdateHealthCheckTemplateAttribute', { healthCheckTemplateId, healthCheckInterval: 10 });
    contains(await read(healthCheckTemplateId), { ...settings, healthCheckInterval: 10 });
}

async function testDefaults() {
    const { healthCheckTemplateId } = await call('CreateHealthCheckTemplate', { healthCheckTemplateName: 'sdk-defaults' });
    contains(await read(healthCheckTemplateId), {
        healthCheckProtocol: 'HTTP', healthCheckConnectPort: 0, healthCheckMethod: 'HEAD', healthCheckHttpVersion: 'HTTP1.1',
        healthCheckCodes: ['http_2xx'], healthCheckInterval: 2, healthCheckTimeout: 5, healthyThreshold: 3, unhealthyThreshold: 3,
    });
    const tcp = await call('CreateHealthCheckTemplate', { healthCheckTemplateName: 'sdk-tcp', healthCheckProtocol: 'TCP' });
    assert.strictEqual((await read(tcp.healthCheckTemplateId)).healthCheckPath, undefined);
}

async function testApply() {
    const group = await serverGroup({ healthCheckConfig: { healthCheckEnabled: false } });
    const request = { healthCheckTemplateId: made.template, serverGroupId: group };
    await wouldDo('ApplyHealthCheckTemplateToServerGroup', request);
    await call('ApplyHealthCheckTemplateToServerGroup', request);
    await refused('ApplyHealthCheckTemplateToServerGroup', request, 'IncorrectStatus.ServerGroup');
    await settle();
    contains((await call('ListServerGroups', { serverGroupIds: [group] })).serverGroups[0].healthCheckConfig,
        { ...settings, healthCheckEnabled: true, healthCheckInterval: 10 });
    await refused('ApplyHealthCheckTemplateToServerGroup', { ...request, serverGroupId: 'sgp-none' }, 'ResourceNotFound.ServerGroup');
    await refused('ApplyHealthCheckTemplateToServerGroup', { ...request, healthCheckTemplateId: 'hct-none' },
        'ResourceNotFound.HealthCheckTemplate');
}

async function testWrongRequests() {
    const wrong = (more) => refused('CreateHealthCheckTemplate', { healthCheckTemplateName: 'sdk-x', ...more },
        /^(IllegalParam|InvalidParameter|Missing)/);
    await wrong({ healthCheckTemplateName: undefined });
    await wrong({ healthCheckInterval: 0 });
    await wrong({ healthCheckTimeout: 301 });
    await wrong({ unhealthyThreshold: 11 });
    await wrong({ healthCheckProtocol: 'ICMP' });
    await wrong({ healthCheckPath: 'no-slash' });
    await refused('UpdateHealthCheckTemplateAttribute', { healthCheckTemplateId: 'hct-none' }, 'ResourceNotFound.HealthCheckTemplate');
    await refused('GetHealthCheckTemplateAttribute', { healthCheckTemplateId: 'hct-none' }, 'ResourceNotFound.HealthCheckTemplate');
}

async function testListAndQuota() {
    assert.strictEqual((await list({ healthCheckTemplateNames: ['sdk-tcp'] })).length, 1);
    assert.strictEqual((await list({ tag: [{ key: 'k', value: 'v' }] })).length, 1);
    assert.strictEqual((await list({ resourceGroupId: 'rg-other' })).length, 1);
    for (let n = 3; n < 50; n++)
        await call('CreateHealthCheckTemplate', { healthCheckTemplateName: `sdk-${n}` });
    await refused('CreateHealthCheckTemplate', { healthCheckTemplateName: 'sdk-x' }, 'QuotaExceeded.HealthCheckTemplatesNum');
    assert.strictEqual((await pages('ListHealthCheckTemplates', {}, 'healthCheckTemplates', 20)).length, 50);
}

async function testDelete() {
    const all = (await pages('ListHealthCheckTemplates', {}, 'healthCheckTemplates', 100)).map((t) => t.healthCheckTemplateId);
    await refused('DeleteHealthCheckTemplates', { healthCheckTemplateIds: all.slice(0, 11) }, /^(IllegalParam|InvalidParameter)/);
    await wouldDo('DeleteHealthCheckTemplates', { healthCheckTemplateIds: all.slice(0, 10) });
    await call('DeleteHealthCheckTemplates', { healthCheckTemplateIds: all.slice(0, 10) });
    assert.strictEqual((await call('ListHealthCheckTemplates', {})).totalCount, 40);
    await refused('GetHealthCheckTemplateAttribute', { healthCheckTemplateId: all[0] }, 'ResourceNotFound.HealthCheckTemplate');
}

module.exports = async function family() {
    await step('template: created once for its token, and changed', testLife);
    await step('template: defaults are the documented ones', testDefaults);
    await step('template: applied to a server group', testApply);
    await step('template: wrong requests are refused', testWrongRequests);
    await step('template: found by every filter, 50 of them and no more', testListAndQuota);
    await step('template: ten deleted at once', testDelete);
};
