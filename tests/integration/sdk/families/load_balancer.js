/* load_balancer.js - load balancers: their life, their editions, what is switched on and off. */
'use strict';
const {
    adminCall, assert, call, change, contains, pages, refused, settle, step, wouldDo,
} = require('../lib');
const {
    httpsListener, listenerRequest, loadBalancer, loadBalancerRequest, serverGroup, zone,
} = require('../make');

const ids = async (filter) => (await call('ListLoadBalancers', filter)).loadBalancers.map((lb) => lb.loadBalancerId);
const read = (loadBalancerId) => call('GetLoadBalancerAttribute', { loadBalancerId });

async function testCreate() {
    const request = await loadBalancerRequest({
        clientToken: 'lb-1',
        tag: [{ key: 'made-by', value: 'été 中 😀 a+b%20' }],
        resourceGroupId: 'rg-other',
        modificationProtectionConfig: { status: 'ConsoleProtection', reason: 'by-hand' },
        deletionProtectionEnabled: true,
    });
    await wouldDo('CreateLoadBalancer', { ...request, clientToken: undefined });
    assert.deepStrictEqual(await ids({}), []);
    const { loadBalancerId } = await call('CreateLoadBalancer', request);
    assert.match(loadBalancerId, /^alb-[a-z0-9]{18}$/);
    assert.strictEqual((await read(loadBalancerId)).loadBalancerStatus, 'Provisioning');
    await settle();
    const lb = await read(loadBalancerId);
    contains(lb, {
        loadBalancerStatus: 'Active', loadBalancerBussinessStatus: 'Normal', loadBalancerName: 'sdk-lb',
        addressType: 'Internet', addressIpVersion: 'IPv4', addressAllocatedMode: 'Fixed',
        loadBalancerEdition: 'Standard', vpcId: 'vpc-1', regionId: 'cn-hangzhou',
        resourceGroupId: 'rg-other', loadBalancerBillingConfig: { payType: 'PostPay' },
        modificationProtectionConfig: { status: 'ConsoleProtection', reason: 'by-hand' },
        deletionProtectionConfig: { enabled: true },
        tags: [{ key: 'made-by', value: 'été 中 😀 a+b%20' }],
        zoneMappings: [await zone(0), await zone(1)],
    });
    assert.match(lb.createTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(lb.DNSName.startsWith(`${loadBalancerId}.cn-hangzhou.alb.`));
    for (const mapping of lb.zoneMappings)
        assert.ok(mapping.loadBalancerAddresses[0].allocationId.startsWith('eip-'));
}

async function testOnceForItsToken() {
    const request = await loadBalancerRequest({ clientToken: 'lb-2' });
    const first = await call('CreateLoadBalancer', request);
    assert.strictEqual((await call('CreateLoadBalancer', request)).loadBalancerId, first.loadBalancerId);
    await refused('CreateLoadBalancer', { ...request, loadBalancerName: 'sdk-other' }, 'IdempotentParameterMismatch');
    await settle();
    assert.strictEqual((await call('CreateLoadBalancer', request)).loadBalancerId, first.loadBalancerId);
    assert.deepStrictEqual(await ids({ loadBalancerNames: ['sdk-other'] }), []);
}

async function testWrongRequests() {
    const wrong = async (more, code) => refused('CreateLoadBalancer', await loadBalancerRequest(more), code);
    const [one, two] = [await zone(0), await zone(1)];
    await wrong({ zoneMappings: [one, { ...two, zoneId: one.zoneId }] }, 'DuplicatedParam.ZoneId');
    await wrong({ zoneMappings: [one, { ...two, vSwitchId: 'vsw-12' }] }, 'Mismatch.ZoneIdAndVSwitchId');
    await wrong({ zoneMappings: [one] }, /^IllegalParam/);
    await wrong({ loadBalancerName: '1-begins-with-a-digit' }, /^IllegalParam/);
    await wrong({ loadBalancerEdition: 'Deluxe' }, /^(IllegalParam|InvalidParameter)/);
    await wrong({ tag: [{ key: 'acs:mine', value: 'x' }] }, /^(IllegalParam|InvalidParameter)/);
    await wrong({ loadBalancerBillingConfig: undefined }, /^Missing/);
}

async function testList() {
    const one = await loadBalancer({ loadBalancerName: 'sdk-one', addressType: 'Intranet', tag: [{ key: 'k', value: '1' }] });
    const two = await loadBalancer({ loadBalancerName: 'sdk-two', vpcId: 'vpc-2', zoneMappings: [await zone(2, 'vsw-7'), await zone(3, 'vsw-8')] });
    const three = await loadBalancer({ loadBalancerName: 'sdk-three', tag: [{ key: 'k', value: '3' }] });
    for (const [filter, found] of [
        [{ loadBalancerIds: [two, one] }, [one, two]],
        [{ loadBalancerIds: ['alb-none'] }, []],
        [{ loadBalancerNames: ['sdk-two'] }, [two]],
        [{ addressType: 'Intranet', loadBalancerIds: [one, two, three] }, [one]],
        [{ vpcIds: ['vpc-2'] }, [two]],
        [{ zoneId: (await zone(3)).zoneId }, [two]],
        [{ tag: [{ key: 'k' }] }, [one, three]],
        [{ tag: [{ key: 'k', value: '3' }] }, [three]],
        [{ loadBalancerStatus: 'Provisioning' }, []],
        [{ DNSName: (await read(three)).DNSName }, [three]],
        [{ addressIpVersion: 'DualStack' }, []],
        [{ payType: 'PostPay', loadBalancerIds: [two] }, [two]],
        [{ loadBalancerBussinessStatus: 'Abnormal' }, []],
        [{ resourceGroupId: 'rg-none' }, []],
    ])
        assert.deepStrictEqual(await ids(filter), found, JSON.stringify(filter));
    const all = await call('ListLoadBalancers', {});
    assert.strictEqual(all.totalCount, all.loadBalancers.length);
    const paged = await pages('ListLoadBalancers', {}, 'loadBalancers', 2);
    assert.deepStrictEqual(paged.map((lb) => lb.loadBalancerId), all.loadBalancers.map((lb) => lb.loadBalancerId));
}

async function testUpdate() {
    const lb = await loadBalancer();
    await call('UpdateLoadBalancerAttribute', { loadBalancerId: lb, loadBalancerName: 'sdk-renamed' });
    assert.strictEqual((await read(lb)).loadBalancerStatus, 'Configuring');
    for (const [action, parameters] of [
        ['UpdateLoadBalancerAttribute', { loadBalancerName: 'sdk-again' }],
        ['UpdateLoadBalancerEdition', { loadBalancerEdition: 'StandardWithWaf' }],
        ['UpdateLoadBalancerAddressTypeConfig', { addressType: 'Intranet' }],
        ['UpdateLoadBalancerZones', { zoneMappings: [await zone(0), await zone(2)] }],
        ['EnableLoadBalancerAccessLog', { logProject: 'project', logStore: 'store' }],
        ['LoadBalancerJoinSecurityGroup', { securityGroupIds: ['sg-1'] }],
        ['StartShiftLoadBalancerZones', { zoneMappings: [await zone(0)] }],
        ['DeleteLoadBalancer', {}],
    ])
        await refused(action, { loadBalancerId: lb, ...parameters }, 'IncorrectStatus.LoadBalancer');
    await refused('EnableDeletionProtection', { resourceId: lb }, 'IncorrectStatus.LoadBalancer');
    await refused('DisableLoadBalancerAccessLog', { loadBalancerId: lb }, 'ResourceInConfiguring.LoadBalancer');
    await settle();
    contains(await read(lb), { loadBalancerStatus: 'Active', loadBalancerName: 'sdk-renamed' });
    await change('UpdateLoadBalancerAttribute', {
        loadBalancerId: lb, modificationProtectionConfig: { status: 'ConsoleProtection', reason: 'audit' },
    });
    contains(await read(lb), { loadBalancerName: 'sdk-renamed', modificationProtectionConfig: { reason: 'audit' } });
}

async function testDeletionProtection() {
    const lb = await loadBalancer();
    await call('EnableDeletionProtection', { resourceId: lb });
    contains(await read(lb), { loadBalancerStatus: 'Active', deletionProtectionConfig: { enabled: true } });
    await refused('DeleteLoadBalancer', { loadBalancerId: lb }, 'OperationDenied.DeletionProtectionEnabled');
    await call('DisableDeletionProtection', { resourceId: lb });
    await wouldDo('DeleteLoadBalancer', { loadBalancerId: lb });
    await change('DeleteLoadBalancer', { loadBalancerId: lb });
}

async function testEdition() {
    const lb = await loadBalancer({ loadBalancerEdition: 'Basic' });
    const edition = (loadBalancerEdition) => ({ loadBalancerId: lb, loadBalancerEdition });
    await refused('UpdateLoadBalancerEdition', edition('Basic'), 'OperationDenied.EditionNotChanged');
    const body = await call('UpdateLoadBalancerEdition', edition('Standard'));
    assert.strictEqual(body.jobId, undefined);
    contains(await read(lb), { loadBalancerStatus: 'Configuring' });
    await settle();
    contains(await read(lb), { loadBalancerStatus: 'Active', loadBalancerEdition: 'Standard' });
    await refused('UpdateLoadBalancerEdition', edition('Basic'), 'OperationDenied.Downgrade');
}

async function testAccessLog() {
    const lb = await loadBalancer();
    const log = { loadBalancerId: lb, logProject: 'sdk-project', logStore: 'sdk-store' };
    await change('EnableLoadBalancerAccessLog', log);
    contains(await read(lb), { accessLogConfig: { logProject: 'sdk-project', logStore: 'sdk-store' } });
    contains((await call('ListLoadBalancers', { loadBalancerIds: [lb] })).loadBalancers[0].accessLogConfig,
        { logProject: 'sdk-project' });
    await refused('EnableLoadBalancerAccessLog', log, 'OperationDenied.AccessLogEnabled');
    await call('DisableLoadBalancerAccessLog', { loadBalancerId: lb });
    assert.strictEqual((await read(lb)).accessLogConfig, undefined);
    await refused('DisableLoadBalancerAccessLog', { loadBalancerId: lb }, 'OperationDenied.AccessLogDisabled');
}

async function testAddressType() {
    const lb = await loadBalancer();
    const type = (addressType) => ({ loadBalancerId: lb, addressType });
    await refused('UpdateLoadBalancerAddressTypeConfig', type('Internet'), 'OperationDenied.AddressTypeNotChanged');
    await change('UpdateLoadBalancerAddressTypeConfig', type('Intranet'));
    contains(await read(lb), { addressType: 'Intranet' });
    await change('UpdateLoadBalancerAddressTypeConfig', {
        ...type('Internet'), zoneMappings: [{ ...await zone(0), allocationId: 'eip-mine' }, await zone(1)],
    });
    const back = await read(lb);
    assert.strictEqual(back.addressType, 'Internet');
    assert.strictEqual(back.zoneMappings[0].loadBalancerAddresses[0].allocationId, 'eip-mine');
    await refused('UpdateLoadBalancerAddressTypeConfig', { ...type('Intranet'), zoneMappings: [await zone(3)] },
        'Mismatch.ZoneIdAndVSwitchId');
}

async function testZones() {
    const lb = await loadBalancer();
    const zones = (...zoneMappings) => ({ loadBalancerId: lb, zoneMappings });
    const [one, two, three] = [await zone(0), await zone(1), await zone(2)];
    await refused('UpdateLoadBalancerZones', zones(one, two), 'OperationDenied.ZoneMappingsNotChanged');
    await refused('UpdateLoadBalancerZones', zones({ ...one, vSwitchId: 'vsw-5' }, two), 'OperationDenied.ZoneVSwitchChanged');
    await refused('UpdateLoadBalancerZones', zones(one, { ...two, vSwitchId: 'vsw-12' }), 'Mismatch.ZoneIdAndVSwitchId');
    const before = (await read(lb)).zoneMappings;
    await change('UpdateLoadBalancerZones', zones(one, two, three));
    const after = (await read(lb)).zoneMappings;
    contains(after, [one, two, three]);
    assert.deepStrictEqual(after[0].loadBalancerAddresses, before[0].loadBalancerAddresses);
    await change('UpdateLoadBalancerZones', zones(two, three));
    contains((await read(lb)).zoneMappings, [two, three]);
}

async function testShiftedZones() {
    const lb = await loadBalancer();
    const zones = async (n) => ({ loadBalancerId: lb, zoneMappings: [await zone(n)] });
    const states = async () => (await read(lb)).zoneMappings.map((z) => z.status);
    await refused('CancelShiftLoadBalancerZones', await zones(0), 'OperationDenied.ZoneMappingsNotChanged');
    await refused('StartShiftLoadBalancerZones', await zones(3), 'OperationDenied.ZoneVSwitchNotExist');
    await call('StartShiftLoadBalancerZones', await zones(0));
    assert.deepStrictEqual(await states(), ['Shifted', 'Active']);
    await refused('StartShiftLoadBalancerZones', await zones(1), 'OperationDenied.ConfigLastActiveZoneNotSupport');
    await call('CancelShiftLoadBalancerZones', await zones(0));
    assert.deepStrictEqual(await states(), ['Active', 'Active']);
}

async function testIpv6() {
    const four = { loadBalancerId: await loadBalancer() };
    await refused('EnableLoadBalancerIpv6Internet', four, 'OperationDenied.NonDualStackInstance');
    await refused('DisableLoadBalancerIpv6Internet', four, 'OperationDenied.NonDualStackInstance');
    const lb = { loadBalancerId: await loadBalancer({ addressIpVersion: 'DualStack' }) };
    const fresh = await read(lb.loadBalancerId);
    contains(fresh, { addressIpVersion: 'DualStack', ipv6AddressType: 'Intranet' });
    assert.match(fresh.zoneMappings[0].loadBalancerAddresses[0].ipv6Address, /:/);
    await refused('DisableLoadBalancerIpv6Internet', lb, 'OperationDenied.Ipv6IntranetInstance');
    await change('EnableLoadBalancerIpv6Internet', lb);
    contains(await read(lb.loadBalancerId), { ipv6AddressType: 'Internet' });
    assert.deepStrictEqual(await ids({ ipv6AddressType: 'Internet' }), [lb.loadBalancerId]);
    await refused('EnableLoadBalancerIpv6Internet', lb, 'OperationDenied.Ipv6InternetInstance');
    await change('DisableLoadBalancerIpv6Internet', lb);
}

async function testSecurityGroups() {
    const lb = await loadBalancer();
    const groups = (...securityGroupIds) => ({ loadBalancerId: lb, securityGroupIds });
    await change('LoadBalancerJoinSecurityGroup', groups('sg-1', 'sg-2'));
    contains(await read(lb), { securityGroupIds: ['sg-1', 'sg-2'] });
    await refused('LoadBalancerJoinSecurityGroup', groups('sg-2'), 'ResourceAlreadyAssociated.SecurityGroup');
    await refused('LoadBalancerJoinSecurityGroup', groups('nothing'), 'ResourceNotFound.SecurityGroup');
    await refused('LoadBalancerJoinSecurityGroup', groups('sg-3', 'sg-4', 'sg-5'), 'ResourceQuotaExceeded.SecurityGroupNum');
    await refused('LoadBalancerLeaveSecurityGroup', groups('sg-3'), 'ResourceNotAssociated.SecurityGroup');
    await change('LoadBalancerLeaveSecurityGroup', groups('sg-1'));
    contains(await read(lb), { securityGroupIds: ['sg-2'] });
}

async function testBandwidthPackage() {
    const lb = await loadBalancer();
    const some = (bandwidthPackageId) => ({ loadBalancerId: lb, bandwidthPackageId, regionId: 'cn-hangzhou' });
    await refused('AttachCommonBandwidthPackageToLoadBalancer', some('nothing'), 'ResourceNotFound.CommonBandwidthPackage');
    await change('AttachCommonBandwidthPackageToLoadBalancer', some('cbwp-1'));
    contains(await read(lb), { bandwidthPackageId: 'cbwp-1' });
    contains((await call('ListLoadBalancers', { loadBalancerIds: [lb] })).loadBalancers, [{ bandwidthPackageId: 'cbwp-1' }]);
    await refused('AttachCommonBandwidthPackageToLoadBalancer', some('cbwp-2'), 'IncorrectStatus.CommonBandwidthPackage');
    await refused('DetachCommonBandwidthPackageFromLoadBalancer', some('cbwp-2'), 'IncorrectStatus.CommonBandwidthPackage');
    await change('DetachCommonBandwidthPackageFromLoadBalancer', some('cbwp-1'));
    assert.strictEqual((await read(lb)).bandwidthPackageId, undefined);
}

/* Whose account is in arrears keeps what there is, and changes nothing. */
async function testLocked() {
    const lb = await loadBalancer();
    const listenerId = await httpsListener(lb, await serverGroup());
    const lock = (more) => adminCall('PUT', '/lock', JSON.stringify({ lb, ...more }));
    await lock({ type: 'FinancialLocked', reason: 'arrears' });
    const locked = { loadBalancerBussinessStatus: 'Abnormal', loadBalancerOperationLocks: [{ lockType: 'FinancialLocked', lockReason: 'arrears' }] };
    contains(await read(lb), { loadBalancerStatus: 'Active', ...locked });
    contains((await call('ListLoadBalancers', { loadBalancerBussinessStatus: 'Abnormal' })).loadBalancers, [locked]);
    const code = 'IncorrectBusinessStatus.LoadBalancer';
    for (const [action, more] of [
        ['UpdateLoadBalancerAttribute', { loadBalancerName: 'sdk-x' }],
        ['UpdateLoadBalancerEdition', { loadBalancerEdition: 'StandardWithWaf' }],
        ['UpdateLoadBalancerZones', { zoneMappings: [await zone(0), await zone(2)] }],
        ['StartShiftLoadBalancerZones', { zoneMappings: [await zone(0)] }],
        ['CancelShiftLoadBalancerZones', { zoneMappings: [await zone(0)] }],
        ['EnableLoadBalancerIpv6Internet', {}],
        ['DisableLoadBalancerIpv6Internet', {}],
        ['DeleteLoadBalancer', {}],
        ['CreateListener', listenerRequest(lb, 'sgp-none')],
    ])
        await refused(action, { loadBalancerId: lb, ...more }, code);
    for (const action of ['EnableDeletionProtection', 'DisableDeletionProtection'])
        await refused(action, { resourceId: lb }, code);
    for (const action of ['StartListener', 'StopListener', 'UpdateListenerAttribute', 'UpdateListenerLogConfig'])
        await refused(action, { listenerId }, code);
    await lock({});
    await change('DeleteLoadBalancer', { loadBalancerId: lb });
}

async function testCreationThatFails() {
    await adminCall('PUT', '/fail', JSON.stringify({ action: 'CreateLoadBalancer', code: '506' }));
    const lb = await loadBalancer();
    contains(await read(lb), { loadBalancerStatus: 'CreateFailed' });
    await refused('UpdateLoadBalancerAttribute', { loadBalancerId: lb }, 'IncorrectStatus.LoadBalancer');
    await change('DeleteLoadBalancer', { loadBalancerId: lb }); /* it can be deleted */
}

async function testDelete() {
    const lb = await loadBalancer();
    const { jobId } = await call('DeleteLoadBalancer', { loadBalancerId: lb });
    await refused('DeleteLoadBalancer', { loadBalancerId: lb }, 'IncorrectStatus.LoadBalancer');
    await settle();
    assert.strictEqual((await call('ListAsynJobs', { jobIds: [jobId] })).jobs[0].status, 'Succeeded');
    for (const action of ['GetLoadBalancerAttribute', 'DeleteLoadBalancer', 'UpdateLoadBalancerAttribute',
        'DisableLoadBalancerAccessLog', 'EnableLoadBalancerIpv6Internet', 'DisableLoadBalancerIpv6Internet',
        'DescribeCapacityReservation'])
        await refused(action, { loadBalancerId: lb }, 'ResourceNotFound.LoadBalancer');
    await refused('EnableDeletionProtection', { resourceId: lb }, 'ResourceNotFound.LoadBalancer');
    await refused('DisableDeletionProtection', { resourceId: lb }, 'ResourceNotFound.LoadBalancer');
    assert.deepStrictEqual(await ids({ loadBalancerIds: [lb] }), []);
}

/* 60 for each region. */
async function testQuota() {
    const have = (await call('ListLoadBalancers', {})).totalCount;
    const request = await loadBalancerRequest();
    for (let n = have; n < 60; n++)
        await call('CreateLoadBalancer', request);
    await refused('CreateLoadBalancer', request, 'QuotaExceeded.LoadBalancersNum');
    await settle();
}

module.exports = async function family() {
    await step('load balancer: created, and read back member by member', testCreate);
    await step('load balancer: created once for its client token', testOnceForItsToken);
    await step('load balancer: wrong requests are refused', testWrongRequests);
    await step('load balancer: found by every filter, and page by page', testList);
    await step('load balancer: changed, and meanwhile by nobody else', testUpdate);
    await step('load balancer: protected from deletion', testDeletionProtection);
    await step('load balancer: editions only go up', testEdition);
    await step('load balancer: access log on and off', testAccessLog);
    await step('load balancer: address type changed and back', testAddressType);
    await step('load balancer: zones changed, addresses kept', testZones);
    await step('load balancer: zones shifted away and back, but the last', testShiftedZones);
    await step('load balancer: IPv6 opened to the Internet and closed', testIpv6);
    await step('load balancer: joins and leaves security groups', testSecurityGroups);
    await step('load balancer: shares bandwidth', testBandwidthPackage);
    await step('load balancer: locked, and not changed by any action', testLocked);
    await step('load balancer: whose creation failed can only be deleted', testCreationThatFails);
    await step('load balancer: deleted, and not found by any action', testDelete);
    await step('load balancer: 60 of them and no more', testQuota);
};
