/* certificate.js - the additional certificates of listeners. */
'use strict';
const {
    assert, call, change, contains, pages, refused, settle, step, wouldDo,
} = require('../lib');
const {
    httpsListener, listener, loadBalancer, serverGroup, tls,
} = require('../make');

const made = {};
const some = (...numbers) => ({ certificates: numbers.map((n) => ({ certificateId: `1000000${n}-cn-hangzhou` })) });
const associate = 'AssociateAdditionalCertificatesWithListener';
const dissociate = 'DissociateAdditionalCertificatesFromListener';

async function list(filter = {}) {
    const { certificates } = await call('ListListenerCertificates', { listenerId: made.https, ...filter });
    return certificates.map((c) => `${c.certificateId.slice(0, 8)} ${c.status}${c.isDefault ? ' default' : ''}`);
}

async function setup() {
    made.lb = await loadBalancer();
    made.group = await serverGroup();
    made.http = await listener(made.lb, made.group);
    made.https = await httpsListener(made.lb, made.group);
}

async function testAssociate() {
    const request = { listenerId: made.https, ...some(2, 3) };
    await wouldDo(associate, request);
    await call(associate, { ...request, clientToken: 'certs-1' });
    await call(associate, { ...request, clientToken: 'certs-1' });
    assert.deepStrictEqual(await list(), ['10000001 Associated default', '10000002 Associating', '10000003 Associating']);
    await refused(associate, { listenerId: made.https, ...some(4) }, 'ResourceInConfiguring.Listener');
    await settle();
    assert.deepStrictEqual(await list(), ['10000001 Associated default', '10000002 Associated', '10000003 Associated']);
    contains((await call('GetListenerAttribute', { listenerId: made.https })).certificates, tls(1).certificates);
}

async function testWrongRequests() {
    await refused(associate, { listenerId: made.https, ...some(1) }, 'OperationDenied.DefaultCertificateUsed');
    await refused(associate, { listenerId: made.https, ...some(3) }, 'ResourceAlreadyAssociated.Certificate');
    await refused(associate, { listenerId: made.http, ...some(2) }, 'OperationDenied.HttpListenerNotSupport');
    await refused(associate, { listenerId: 'lsn-none', ...some(2) }, 'ResourceNotFound.Listener');
    await refused(associate, { listenerId: made.https, ...some(...Array(16).fill(2)) }, /^(IllegalParam|InvalidParameter)/);
    await refused(dissociate, { listenerId: made.https, ...some(1) }, 'OperationDenied.DefaultCertificateUsed');
    await refused(dissociate, { listenerId: made.https, ...some(9) }, 'ResourceNotAssociated.Certificate');
    await refused(dissociate, { listenerId: made.http, ...some(2) }, 'OperationDenied.HttpListenerNotSupport');
    await refused(dissociate, { listenerId: 'lsn-none', ...some(2) }, 'ResourceNotFound.Listener');
    await refused('ListListenerCertificates', { listenerId: made.http }, 'OperationDenied.HttpListenerNotSupport');
    await refused('UpdateListenerAttribute', { listenerId: made.https, ...some(2) }, 'ResourceAlreadyAssociated.Certificate');
}

async function testList() {
    assert.deepStrictEqual(await list({ certificateType: 'Ca' }), []);
    assert.deepStrictEqual(await list({ certificateIds: ['10000003-cn-hangzhou'] }), ['10000003 Associated']);
    assert.strictEqual((await pages('ListListenerCertificates', { listenerId: made.https }, 'certificates', 2)).length, 3);
}

async function testDissociate() {
    await call(dissociate, { listenerId: made.https, ...some(2) });
    assert.strictEqual((await list())[1], '10000002 Diassociating'); /* as the API spells it */
    await refused(dissociate, { listenerId: made.https, ...some(3) }, 'ResourceInConfiguring.Listener');
    await settle();
    assert.deepStrictEqual(await list(), ['10000001 Associated default', '10000003 Associated']);
    await change('StopListener', { listenerId: made.https });
    await refused(associate, { listenerId: made.https, ...some(2) }, 'IncorrectStatus.Listener');
    await refused(dissociate, { listenerId: made.https, ...some(3) }, 'IncorrectStatus.Listener');
    await change('StartListener', { listenerId: made.https });
}

/* 25 for a Standard load balancer, without the default ones. */
async function testQuota() {
    const listenerId = await httpsListener(made.lb, made.group, { listenerPort: 8443 });
    const many = (from, n) => ({
        listenerId,
        certificates: Array.from({ length: n }, (_, i) => ({ certificateId: `${from + i}-cn-hangzhou` })),
    });
    await change(associate, many(30000000, 15));
    await refused(associate, many(40000000, 10), 'ResourceQuotaExceeded.LoadBalancerCertificatesNum');
    await change(associate, many(40000000, 9)); /* with the one on the other listener 25 */
}

module.exports = async function family() {
    await setup();
    await step('certificate: associated once for its token', testAssociate);
    await step('certificate: wrong requests are refused', testWrongRequests);
    await step('certificate: listed with the default one', testList);
    await step('certificate: dissociated', testDissociate);
    await step('certificate: 25 for a load balancer and no more', testQuota);
};
