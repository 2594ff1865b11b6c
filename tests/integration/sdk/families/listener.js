/* listener.js - listeners of all three protocols. */
'use strict';
const {
    assert, call, change, contains, jobOf, pages, refused, settle, step, wouldDo,
} = require('../lib');
const {
    forward, httpsListener, listener, listenerRequest, loadBalancer, serverGroup, tls,
} = require('../make');

const made = {};
const read = (listenerId) => call('GetListenerAttribute', { listenerId });
const ids = async (filter) => (await call('ListListeners', filter)).listeners.map((l) => l.listenerId);

async function setup() {
    made.lb = await loadBalancer();
    made.group = await serverGroup();
}

async function testHttp() {
    const request = listenerRequest(made.lb, made.group, {
        clientToken: 'listener-1',
        listenerDescription: 'by-the-sdk',
        idleTimeout: 20,
        requestTimeout: 70,
        gzipEnabled: false,
        XForwardedForConfig: { XForwardedForProtoEnabled: true, XForwardedForSLBIdEnabled: true },
        tag: [{ key: 'k', value: 'v' }],
    });
    await wouldDo('CreateListener', { ...request, clientToken: undefined });
    const { listenerId, jobId } = await call('CreateListener', request);
    made.listener = listenerId;
    assert.match(listenerId, /^lsn-[a-z0-9]{18}$/);
    assert.strictEqual((await read(listenerId)).listenerStatus, 'Provisioning');
    contains(await call('CreateListener', request), { listenerId, jobId });
    await refused('CreateListener', { ...request, listenerPort: 81 }, 'IdempotentParameterMismatch');
    await settle();
    contains(await jobOf(jobId), {
        status: 'Succeeded', operateType: 'Create', resourceType: 'listener', resourceId: listenerId,
    });
    contains(await read(listenerId), {
        loadBalancerId: made.lb, listenerStatus: 'Running', listenerPort: 80, listenerProtocol: 'HTTP',
        listenerDescription: 'by-the-sdk', idleTimeout: 20, requestTimeout: 70, gzipEnabled: false,
        defaultActions: [forward(made.group)], tags: [{ key: 'k', value: 'v' }],
        XForwardedForConfig: {
            XForwardedForEnabled: true, XForwardedForProtoEnabled: true, XForwardedForSLBIdEnabled: true,
            XForwardedForSLBPortEnabled: false, XForwardedForProcessingMode: 'append',
        },
    });
}

async function testHttps() {
    made.policy = (await call('CreateSecurityPolicy', {
        securityPolicyName: 'sdk-listener', TLSVersions: ['TLSv1.2'], ciphers: ['ECDHE-RSA-AES128-SHA'],
    })).securityPolicyId;
    made.https = await httpsListener(made.lb, made.group, {
        caEnabled: true,
        caCertificates: [{ certificateId: '20000001-cn-hangzhou' }],
        securityPolicyId: made.policy,
        http2Enabled: false,
        XForwardedForConfig: {
            XForwardedForClientCertSubjectDNEnabled: true, XForwardedForClientCertSubjectDNAlias: 'subject-dn',
            XForwardedForClientCertIssuerDNEnabled: true, XForwardedForClientCertIssuerDNAlias: 'issuer-dn',
            XForwardedForClientCertFingerprintEnabled: true, XForwardedForClientCertFingerprintAlias: 'fingerprint',
            XForwardedForClientCertClientVerifyEnabled: true, XForwardedForClientCertClientVerifyAlias: 'verified',
            XForwardedForClientSourceIpsEnabled: true, XForwardedForClientSourceIpsTrusted: '10.1.1.0/24',
        },
    });
    contains(await read(made.https), {
        listenerProtocol: 'HTTPS', listenerPort: 443, caEnabled: true, http2Enabled: false,
        securityPolicyId: made.policy, certificates: tls(1).certificates,
        caCertificates: [{ certificateId: '20000001-cn-hangzhou', isDefault: true }],
        XForwardedForConfig: { XForwardedForClientCertSubjectDNAlias: 'subject-dn' },
    });
    const plain = await httpsListener(made.lb, made.group, { listenerPort: 8443 });
    contains(await read(plain), { http2Enabled: true, caEnabled: false, securityPolicyId: 'tls_cipher_policy_1_0' });
}

/* HTTPS and QUIC may share a number; one QUIC listener serves one HTTPS listener. */
async function testQuic() {
    const quic = await listener(made.lb, made.group, { listenerPort: 443, listenerProtocol: 'QUIC', ...tls(1) });
    const config = { quicConfig: { quicUpgradeEnabled: true, quicListenerId: quic } };
    await change('UpdateListenerAttribute', { listenerId: made.https, ...config });
    contains(await read(made.https), config);
    contains((await call('ListListeners', { listenerIds: [made.https] })).listeners[0], config);
    await refused('DeleteListener', { listenerId: quic }, 'ResourceInUse.Listener');
    await refused('CreateListener', listenerRequest(made.lb, made.group, {
        listenerPort: 9443, listenerProtocol: 'HTTPS', ...tls(1), ...config,
    }), 'ResourceAlreadyAssociated.Listener');
    const other = await loadBalancer({ loadBalancerName: 'sdk-elsewhere' });
    await refused('CreateListener', listenerRequest(other, made.group, {
        listenerPort: 443, listenerProtocol: 'HTTPS', ...tls(1), ...config,
    }), 'OperationDenied.CrossLoadBalancerQUICListener');
}

async function testWrongRequests() {
    const wrong = (more, code) => refused('CreateListener', listenerRequest(made.lb, made.group, more), code);
    await wrong({}, 'ResourceAlreadyExist.Listener');
    await wrong({ loadBalancerId: 'alb-none' }, 'ResourceNotFound.LoadBalancer');
    await wrong({ listenerPort: 81, defaultActions: [forward('sgp-none')] }, 'ResourceNotFound.ServerGroup');
    await wrong({ listenerPort: 0 }, /^(IllegalParam|InvalidParameter|MissingListenerPort)/);
    await wrong({ listenerPort: 65536 }, /^(IllegalParam|InvalidParameter)/);
    await wrong({ listenerPort: 81, listenerProtocol: 'HTTPS' }, 'InvalidParameter'); /* no certificate */
    await wrong({ listenerPort: 81, listenerProtocol: 'HTTPS', ...tls(1), caEnabled: true }, 'InvalidParameter');
    await wrong({ listenerPort: 81, listenerProtocol: 'HTTPS', ...tls(1), securityPolicyId: 'sp-none' },
        'ResourceNotFound.SecurityPolicy');
    const foreign = await serverGroup({ vpcId: 'vpc-2' });
    await wrong({ listenerPort: 81, defaultActions: [forward(foreign)] }, 'Mismatch.VpcId');
    const https = await serverGroup({ protocol: 'HTTPS' });
    await wrong({ listenerPort: 81, defaultActions: [forward(https)] }, 'OperationDenied.ServerGroupProtocolNotSupport');
    const grpc = await serverGroup({ protocol: 'gRPC', healthCheckConfig: { healthCheckEnabled: false } });
    await wrong({ listenerPort: 81, defaultActions: [forward(grpc)] }, 'OperationDenied.GRPCServerGroup');
}

/* What a Basic load balancer cannot do. */
async function testBasicEdition() {
    const basic = await loadBalancer({ loadBalancerEdition: 'Basic' });
    const drains = await serverGroup({ connectionDrainConfig: { connectionDrainEnabled: true } });
    await refused('CreateListener', listenerRequest(basic, drains), 'Mismatch.LoadBalancerEditionAndConnectionDrain');
    const slow = await serverGroup({ slowStartConfig: { slowStartEnabled: true, slowStartDuration: 30 } });
    await refused('CreateListener', listenerRequest(basic, slow), 'Mismatch.LoadBalancerEditionAndSlowStartEnable');
}

async function testUpdate() {
    const other = await serverGroup({ serverGroupName: 'sdk-other' });
    const update = { listenerId: made.listener, defaultActions: [forward(other)], idleTimeout: 30 };
    await wouldDo('UpdateListenerAttribute', update);
    await call('UpdateListenerAttribute', update);
    for (const action of ['UpdateListenerAttribute', 'StartListener', 'StopListener', 'DeleteListener'])
        await refused(action, { listenerId: made.listener }, 'ResourceInConfiguring.Listener');
    await settle();
    contains(await read(made.listener), { idleTimeout: 30, requestTimeout: 70, defaultActions: [forward(other)] });
    const related = async (id) => (await call('ListServerGroups', { serverGroupIds: [id] })).serverGroups[0].relatedLoadBalancerIds;
    assert.deepStrictEqual(await related(other), [made.lb]);
    await change('UpdateListenerAttribute', { listenerId: made.https, ...tls(2), caEnabled: false });
    const https = await read(made.https);
    contains(https, { certificates: tls(2).certificates, caEnabled: false });
    assert.strictEqual(https.caCertificates, undefined);
}

async function testStopAndStart() {
    await refused('StartListener', { listenerId: made.listener }, 'IncorrectStatus.Listener');
    await call('StopListener', { listenerId: made.listener });
    contains(await read(made.listener), { listenerStatus: 'Configuring' });
    await settle();
    contains(await read(made.listener), { listenerStatus: 'Stopped' });
    await refused('StopListener', { listenerId: made.listener }, 'IncorrectStatus.Listener');
    await refused('UpdateListenerAttribute', { listenerId: made.listener, idleTimeout: 5 }, 'IncorrectStatus.Listener');
    await change('StartListener', { listenerId: made.listener });
    contains(await read(made.listener), { listenerStatus: 'Running' });
}

async function testLogConfig() {
    const tracing = { tracingEnabled: true, tracingSample: 100, tracingType: 'Zipkin' };
    const update = { listenerId: made.listener, accessLogTracingConfig: tracing };
    await refused('UpdateListenerLogConfig', update, 'OperationDenied.AccessLogDisabled');
    await change('EnableLoadBalancerAccessLog', { loadBalancerId: made.lb, logProject: 'project', logStore: 'store' });
    await change('UpdateListenerLogConfig', update);
    await change('UpdateListenerLogConfig', { listenerId: made.listener, accessLogRecordCustomizedHeadersEnabled: true });
    const logConfig = { accessLogTracingConfig: tracing, accessLogRecordCustomizedHeadersEnabled: true };
    contains(await read(made.listener), { logConfig });
    contains((await call('ListListeners', { listenerIds: [made.listener] })).listeners[0], { logConfig });
}

async function testBusyLoadBalancer() {
    await call('UpdateLoadBalancerAttribute', { loadBalancerId: made.lb, loadBalancerName: 'sdk-busy' });
    await refused('CreateListener', listenerRequest(made.lb, made.group, { listenerPort: 82 }), 'IncorrectStatus.LoadBalancer');
    for (const action of ['UpdateListenerAttribute', 'StopListener', 'StartListener', 'DeleteListener',
        'UpdateListenerLogConfig'])
        await refused(action, { listenerId: made.listener }, 'IncorrectStatus.LoadBalancer');
    await settle();
}

async function testList() {
    const all = await ids({});
    assert.deepStrictEqual((await pages('ListListeners', {}, 'listeners', 2)).map((l) => l.listenerId), all);
    assert.deepStrictEqual(await ids({ listenerIds: [made.https, made.listener] }), [made.listener, made.https]);
    assert.deepStrictEqual(await ids({ loadBalancerIds: [made.lb], listenerProtocol: 'HTTP' }), [made.listener]);
    assert.deepStrictEqual(await ids({ tag: [{ key: 'k', value: 'v' }] }), [made.listener]);
    assert.deepStrictEqual(await ids({ loadBalancerIds: ['alb-none'] }), []);
    const [one] = (await call('ListListeners', { listenerIds: [made.https] })).listeners;
    assert.strictEqual(one.certificates, undefined); /* only GetListenerAttribute shows them */
}

/* Its rules go with a listener, its groups stay. */
async function testDelete() {
    const { ruleId } = await change('CreateRule', {
        listenerId: made.listener,
        ruleName: 'sdk-doomed',
        priority: 1,
        ruleConditions: [{ type: 'Path', pathConfig: { values: ['/x'] } }],
        ruleActions: [{ ...forward(made.group), order: 1 }],
    });
    await wouldDo('DeleteListener', { listenerId: made.listener });
    await change('DeleteListener', { listenerId: made.listener });
    assert.strictEqual((await call('ListRules', { ruleIds: [ruleId] })).totalCount, 0);
    assert.strictEqual((await call('ListServerGroups', { serverGroupIds: [made.group] })).totalCount, 1);
    for (const action of ['GetListenerAttribute', 'UpdateListenerAttribute', 'StartListener', 'StopListener',
        'UpdateListenerLogConfig', 'DeleteListener', 'ListListenerCertificates', 'GetListenerHealthStatus'])
        await refused(action, { listenerId: made.listener }, 'ResourceNotFound.Listener');
    await change('DeleteLoadBalancer', { loadBalancerId: made.lb });
    assert.deepStrictEqual(await ids({ loadBalancerIds: [made.lb] }), []);
}

/* 50 for a load balancer; 50 users of a group. */
async function testQuotas() {
    const lb = await loadBalancer({ loadBalancerName: 'sdk-full' });
    const [one, two] = [await serverGroup(), await serverGroup()];
    for (let port = 1; port <= 50; port++)
        await call('CreateListener', listenerRequest(lb, one, { listenerPort: port }));
    await refused('CreateListener', listenerRequest(lb, two, { listenerPort: 51 }),
        'ResourceQuotaExceeded.LoadBalancerListenersNum');
    await settle();
    const other = await loadBalancer({ loadBalancerName: 'sdk-one-more' });
    await refused('CreateListener', listenerRequest(other, one), 'ResourceQuotaExceeded.ServerGroupAttachedNum');
    await refused('DeleteServerGroup', { serverGroupId: one }, 'ResourceInUse.ServerGroup');
}

module.exports = async function family() {
    await setup();
    await step('listener: HTTP, created once for its token and read back', testHttp);
    await step('listener: HTTPS with client certificates and a policy', testHttps);
    await step('listener: QUIC beside HTTPS on one port', testQuic);
    await step('listener: wrong requests are refused', testWrongRequests);
    await step('listener: a Basic load balancer does not drain or start slowly', testBasicEdition);
    await step('listener: changed member by member, and meanwhile by nobody else', testUpdate);
    await step('listener: stopped and started', testStopAndStart);
    await step('listener: tracing needs the access log', testLogConfig);
    await step('listener: nothing goes while the load balancer is busy', testBusyLoadBalancer);
    await step('listener: found by every filter, and page by page', testList);
    await step('listener: deleted with its rules, and with its load balancer', testDelete);
    await step('listener: 50 of them and no more', testQuotas);
};
