/* capacity.js - capacity that is reserved for a load balancer. */
'use strict';
const { assert, call, contains, refused, settle, step } = require('../lib');
const { listener, loadBalancer, serverGroup } = require('../make');

async function testReservation() {
    const lb = await loadBalancer();
    const units = (capacityUnits) => ({ loadBalancerId: lb, minimumLoadBalancerCapacity: { capacityUnits } });
    const reserve = async (n) => {
        await call('ModifyCapacityReservation', units(n));
        await settle();
    };
    await refused('ModifyCapacityReservation', units(100), 'OperationDenied.ListenerNotFound');
    await listener(lb, await serverGroup());
    await refused('ModifyCapacityReservation', units(99), 'OperationDenied.CapacityUnitsBelowMinimum');
    await refused('ModifyCapacityReservation', units(5001), 'QuotaExceeded.ReservationMaxLcuPerLb');
    await call('ModifyCapacityReservation', units(400));
    await refused('ModifyCapacityReservation', units(500), 'OperationDenied.PriorRequestNotComplete');
    const before = await call('DescribeCapacityReservation', { loadBalancerId: lb });
    assert.deepStrictEqual(before.capacityReservationState.map((s) => s.status), ['pending', 'pending']);
    await settle();
    const after = await call('DescribeCapacityReservation', { loadBalancerId: lb });
    contains(after, { minimumLoadBalancerCapacity: { capacityUnits: 400 }, decreaseRequestsRemaining: 2 });
    assert.strictEqual(after.capacityReservationState.reduce((sum, s) => sum + Number(s.effectiveCapacityUnits), 0), 400);
    await reserve(300);
    await reserve(200);
    await refused('ModifyCapacityReservation', units(100), 'OperationDenied.CapacityDecreaseRequestLimitExceeded');
    await settle(24 * 3600 * 1000); /* a day later */
    await call('ModifyCapacityReservation', { loadBalancerId: lb, resetCapacityReservation: true });
    await settle();
    const none = await call('DescribeCapacityReservation', { loadBalancerId: lb });
    assert.strictEqual(none.minimumLoadBalancerCapacity, undefined);
}

async function testRegionalLimit() {
    const group = await serverGroup();
    for (let n = 0; n < 5; n++) {
        const loadBalancerId = await loadBalancer();
        await listener(loadBalancerId, group);
        const request = { loadBalancerId, minimumLoadBalancerCapacity: { capacityUnits: 5000 } };
        if (n < 4)
            await call('ModifyCapacityReservation', request);
        else
            await refused('ModifyCapacityReservation', request, 'QuotaExceeded.ReservationMaxLcuPerRegion');
    }
}

module.exports = async function capacity() {
    await step('capacity: reserved, decreased twice a day, given back', testReservation);
    await step('capacity: 20000 units a region and no more', testRegionalLimit);
};
