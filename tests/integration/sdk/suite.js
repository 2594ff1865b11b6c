/* suite.js - the official SDK against alb-mock, family by family.
 *
 *     node suite.js http://127.0.0.1:PORT http://127.0.0.1:ADMIN-PORT SPEC [FAMILY...]
 *     node suite.js https://127.0.0.1:PORT        only that calls get through
 *
 * Prints TAP.  The claims are those of the SDK's own types: a member that the mock spells
 * differently, or gives another type, is missing here.  SPEC is the description of the API;
 * at the end every action of it must have succeeded, and every member of its replies must
 * have been seen, but those listed below. */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { assert, call, connect, fresh, step, unseen, world } = require('./lib');

const families = ['wire', 'region', 'load_balancer', 'capacity', 'listener', 'certificate', 'rule', 'server_group',
    'server', 'health', 'acl', 'policy', 'template', 'script', 'tag', 'job', 'refusal'];

const REFUSALS = 359;

/* Members that no reply of the mock has, and why. */
const absent = {
    'DescribeCapacityReservation.CapacityReservationState.Reason': 'no reservation fails here',
    'ListRules.Rules.RuleActions.TrafficMirrorConfig.MirrorGroupConfig.ServerGroupTuples.Weight':
        'a mirror has one group, and no request can give it a weight',
};

function testActions() {
    const missing = Object.keys(world.spec.actions).filter((action) => !world.done.has(action));
    assert.deepStrictEqual(missing, []);
    assert.strictEqual(world.done.size, 85);
}

function testMembers() {
    const missing = [];
    for (const [action, { response }] of Object.entries(world.spec.actions))
        missing.push(...unseen(response, action));
    assert.deepStrictEqual(missing.sort(), Object.keys(absent).sort());
}

/* Of the refusals that the description has for each action, how many were drawn.  The floor is
 * there to be raised: what is drawn once stays drawn. */
function testRefusals() {
    const documented = Object.entries(world.spec.actions)
        .flatMap(([action, { errors }]) => errors.map(({ code }) => `${action} ${code}`));
    const drawn = documented.filter((refusal) => world.refusals.has(refusal)).length;
    console.log(`# ${drawn} of ${documented.length} documented refusals, and ${world.refusals.size - drawn} others`);
    assert.ok(drawn >= REFUSALS, `${drawn} are fewer than ${REFUSALS}`);
}

async function run(names) {
    for (const name of names) {
        await fresh();
        const files = fs.readdirSync(path.join(__dirname, 'families'));
        assert.ok(files.includes(`${name}.js`), `there is no family ${name}`);
        await require(`./families/${name}`)();
    }
    if (names !== families)
        return;
    await step('all 85 actions have succeeded', testActions);
    await step('all documented members of replies were seen', testMembers);
    await step('documented refusals are drawn', testRefusals);
}

async function main() {
    const [endpoint, admin, spec, ...names] = process.argv.slice(2);
    connect(endpoint, admin, spec);
    if (endpoint.startsWith('https:'))
        await step('the SDK gets through by TLS', () => call('DescribeRegions'));
    else
        await run(names.length ? names : families);
    process.exitCode = world.failed;
}

main();
