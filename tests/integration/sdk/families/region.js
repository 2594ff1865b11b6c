/* region.js - regions and zones. */
'use strict';
const { assert, call, step } = require('../lib');

async function testRegions() {
    const { regions } = await call('DescribeRegions', { acceptLanguage: 'en-US' });
    const ours = regions.find((region) => region.regionId === 'cn-hangzhou');
    assert.strictEqual(ours.regionEndpoint, 'alb.cn-hangzhou.aliyuncs.com');
    assert.strictEqual(new Set(regions.map((region) => region.regionId)).size, regions.length);
}

async function testZones() {
    const { zones } = await call('DescribeZones', { acceptLanguage: 'en-US' });
    assert.ok(zones.length >= 2);
    for (const zone of zones)
        assert.match(zone.zoneId, /^cn-hangzhou-[a-z]$/);
}

module.exports = async function region() {
    await step('region: regions have their endpoints', testRegions);
    await step('region: zones are those of the region', testZones);
};
