/* storm.js - 64 clients change and read the same things at once, and some answers get lost;
 * what they saw must be what one cloud could have shown them.
 *
 *     node storm.js http://127.0.0.1:PORT [SEED [ROUNDS]]
 *
 * Registers, each with its history (history.js): tags of a load balancer, the description and
 * weight of servers, names of rules, whether a server is in its group.  Beside them: what was
 * created with a client token is there once however often it was asked for, and a priority
 * that many want is had by one.  Prints TAP. */
'use strict';
const assert = require('node:assert');
const { Client } = require('./client');
const { INITIAL, check } = require('./history');

const CLIENTS = 64;
const url = process.argv[2];
const seed = Number(process.argv[3] || 1);
const rounds = Number(process.argv[4] || 60);
const busy = /^(IncorrectStatus\.|ResourceInConfiguring|SystemBusy|IdempotenceProcessing)/;

const world = { groups: [], listeners: [], rules: [] };
const histories = new Map(); /* of a register: its operations */
const seen = { refused: 0, lost: 0, again: 0 };
const created = []; /* { token, ids } of creations with a client token */
const wanted = new Map(); /* "listener priority": ids that were had */
let unique = 0;

function dice(start) {
    let state = start >>> 0;
    return (n) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * n);
    };
}

function note(register, kind, value, answer) {
    if (!histories.has(register))
        histories.set(register, []);
    histories.get(register).push({ kind, value, from: answer.from, to: answer.to });
}

/* Repeats a call until it is done, or refused for good.  With a client token a lost answer is
 * asked for again; the operation then began with the first of these calls. */
async function persist(client, action, parameters) {
    let from = null;
    for (let tries = 0; tries < 2000; tries++) {
        const answer = await client.call(action, parameters);
        from = from === null ? answer.from : from;
        if (answer.code === 'lost') {
            seen.lost++;
            if (!parameters.ClientToken)
                return answer;
            seen.again++;
        } else if (busy.test(answer.code)) {
            seen.refused++;
            from = null; /* nothing was done up to here */
            await new Promise((resolve) => setTimeout(resolve, 1));
        } else {
            return { ...answer, from };
        }
    }
    throw new Error(`${action}: never done`);
}

function done(answer, action) {
    assert.ok(answer.code === null || answer.code === 'lost', `${action}: ${answer.code} ${answer.body && answer.body.Message}`);
    return answer;
}

const token = () => `token-${seed}-${++unique}`;

/* ---- what a client does ------------------------------------------------------------------ */

async function writeTag(client, roll) {
    const [key, value] = [`key-${roll(4)}`, `v${++unique}`];
    const answer = done(await persist(client, 'TagResources', {
        ResourceType: 'loadbalancer', 'ResourceId.1': world.lb, 'Tag.1.Key': key, 'Tag.1.Value': value,
    }), 'TagResources');
    note(`tag ${key}`, 'write', value, answer);
}

async function readTags(client) {
    const answer = done(await client.call('ListTagResources', { ResourceType: 'loadbalancer', 'ResourceId.1': world.lb }), 'ListTagResources');
    if (!answer.body)
        return;
    const tags = new Map(answer.body.TagResources.map((t) => [t.TagKey, t.TagValue]));
    for (let n = 0; n < 4; n++)
        note(`tag key-${n}`, 'read', tags.has(`key-${n}`) ? tags.get(`key-${n}`) : INITIAL, answer);
}

const address = (n) => `10.9.${n >> 8}.${n & 255}`;
const server = (n) => ({ 'Servers.1.ServerType': 'Ip', 'Servers.1.ServerId': address(n), 'Servers.1.Port': 80 });

/* Description and weight change together: the weight is made from the description. */
const weightOf = (description) => Number(description.slice(1)) % 101;

async function writeServer(client, roll) {
    const group = roll(world.groups.length);
    const n = roll(2);
    const description = `d${++unique}`;
    const answer = done(await persist(client, 'UpdateServerGroupServersAttribute', {
        ServerGroupId: world.groups[group], ClientToken: token(), ...server(n),
        'Servers.1.Weight': weightOf(description), 'Servers.1.Description': description,
    }), 'UpdateServerGroupServersAttribute');
    note(`server ${group} ${address(n)}`, 'write', description, answer);
}

/* The servers of a group: those that are always there, and those that come and go. */
async function readServers(client, roll) {
    const group = roll(world.groups.length);
    const guests = world.guests[group].map((guest) => [guest, guest.added]);
    const answer = done(await client.call('ListServerGroupServers', { ServerGroupId: world.groups[group], MaxResults: 100 }), 'ListServerGroupServers');
    if (!answer.body)
        return;
    assert.ok(!answer.body.NextToken, 'a group outgrew a page');
    const there = new Map(answer.body.Servers.map((s) => [s.ServerIp, s]));
    assert.strictEqual(there.size, answer.body.Servers.length, 'a server is there twice');
    for (let n = 0; n < 2; n++) {
        const { Description, Weight } = there.get(address(n));
        note(`server ${group} ${address(n)}`, 'read', Description || INITIAL, answer);
        assert.strictEqual(Weight, Description ? weightOf(Description) : 100, 'weight and description of different calls');
    }
    for (const [guest, added] of guests) {
        const saw = presence(guest, added, there.get(address(guest.n)));
        if (saw)
            note(`guest ${guest.n}`, 'read', saw, answer);
    }
}

/* What a reader saw of a guest, whose addition was answered ('added') before it asked.  One on
 * its way out is gone.  null: it may not have come yet, or be gone already. */
function presence(guest, added, listed) {
    if (listed && listed.Status !== 'Removing')
        return 'in';
    if (added)
        return 'out';
    return guest.removed ? null : INITIAL;
}

/* A server of the client's own is added, and later removed. */
async function visit(client, roll) {
    const group = roll(world.groups.length);
    const guest = { n: 2 + ++unique, added: false, removed: false };
    const request = { ServerGroupId: world.groups[group], ...server(guest.n) };
    world.guests[group].push(guest);
    const added = done(await persist(client, 'AddServersToServerGroup', { ...request, ClientToken: token() }), 'AddServersToServerGroup');
    note(`guest ${guest.n}`, 'write', 'in', added);
    guest.added = true;
    await readServers(client, () => group);
    guest.removed = true;
    const removed = done(await persist(client, 'RemoveServersFromServerGroup', { ...request, ClientToken: token() }), 'RemoveServersFromServerGroup');
    note(`guest ${guest.n}`, 'write', 'out', removed);
    world.guests[group] = world.guests[group].filter((other) => other !== guest);
}

const rule = (listener, priority, name) => ({
    ListenerId: listener, Priority: priority, RuleName: name,
    'RuleConditions.1.Type': 'Path', 'RuleConditions.1.PathConfig.Values.1': `/${priority}`,
    'RuleActions.1.Type': 'FixedResponse', 'RuleActions.1.Order': 1,
    'RuleActions.1.FixedResponseConfig.Content': 'x', 'RuleActions.1.FixedResponseConfig.HttpCode': '200',
});

/* The same creation, asked for twice at once over two connections. */
async function createTwice(client, roll, neighbour) {
    const request = { ...rule(world.listeners[roll(world.listeners.length)], ++world.priority, `rule-${++unique}`), ClientToken: token() };
    const answers = await Promise.all([persist(client, 'CreateRule', request), persist(neighbour, 'CreateRule', request)]);
    created.push({ name: request.RuleName, ids: answers.map((answer) => done(answer, 'CreateRule').body.RuleId) });
}

/* A priority that many want. */
async function compete(client, roll) {
    const listener = roll(world.listeners.length);
    const priority = 9000 + roll(8);
    const answer = await persist(client, 'CreateRule', {
        ...rule(world.listeners[listener], priority, `rival-${++unique}`), ClientToken: token(),
    });
    const key = `${listener} ${priority}`;
    if (!wanted.has(key))
        wanted.set(key, []);
    if (answer.code !== 'Conflict.Priority')
        wanted.get(key).push(done(answer, 'CreateRule').body.RuleId);
}

async function writeRule(client, roll) {
    const n = roll(world.rules.length);
    const name = `name-${++unique}`;
    const answer = done(await persist(client, 'UpdateRuleAttribute', {
        RuleId: world.rules[n], RuleName: name, ClientToken: token(),
    }), 'UpdateRuleAttribute');
    note(`rule ${n}`, 'write', name, answer);
}

async function readRules(client) {
    const ids = Object.fromEntries(world.rules.map((id, i) => [`RuleIds.${i + 1}`, id]));
    const answer = done(await client.call('ListRules', ids), 'ListRules');
    if (!answer.body)
        return;
    const names = new Map(answer.body.Rules.map((r) => [r.RuleId, r.RuleName]));
    world.rules.forEach((id, n) => note(`rule ${n}`, 'read', names.get(id) === 'first' ? INITIAL : names.get(id), answer));
}

const deeds = [[6, writeTag], [6, readTags], [4, writeServer], [4, readServers], [1, visit], [2, createTwice], [1, compete],
    [2, writeRule], [4, readRules]];

async function life(clients, i) {
    const roll = dice(seed * 1000 + i);
    const total = deeds.reduce((sum, [share]) => sum + share, 0);
    for (let round = 0; round < rounds; round++) {
        let left = roll(total);
        const [, deed] = deeds.find(([share]) => (left -= share) < 0);
        await deed(clients[i], roll, clients[(i + 1) % CLIENTS]);
    }
}

/* ---- the whole ----------------------------------------------------------------------------- */

async function must(client, action, parameters) {
    return done(await persist(client, action, { ...parameters, ClientToken: token() }), action).body;
}

async function setup(client) {
    const { Zones } = (await client.call('DescribeZones', {})).body;
    world.lb = (await must(client, 'CreateLoadBalancer', {
        AddressType: 'Intranet', LoadBalancerEdition: 'Standard', VpcId: 'vpc-1', 'LoadBalancerBillingConfig.PayType': 'PostPay',
        'ZoneMappings.1.VSwitchId': 'vsw-0', 'ZoneMappings.1.ZoneId': Zones[0].ZoneId,
        'ZoneMappings.2.VSwitchId': 'vsw-1', 'ZoneMappings.2.ZoneId': Zones[1].ZoneId,
    })).LoadBalancerId;
    for (let n = 0; n < 4; n++) {
        const group = (await must(client, 'CreateServerGroup', {
            ServerGroupName: `group-${n}`, ServerGroupType: 'Ip', VpcId: 'vpc-1', 'HealthCheckConfig.HealthCheckEnabled': false,
        })).ServerGroupId;
        world.groups.push(group);
        for (let s = 0; s < 2; s++)
            await must(client, 'AddServersToServerGroup', { ServerGroupId: group, ...server(s) });
    }
    world.guests = world.groups.map(() => []);
    world.priority = 0;
    for (let n = 0; n < 4; n++) {
        const listener = (await must(client, 'CreateListener', {
            LoadBalancerId: world.lb, ListenerPort: 80 + n, ListenerProtocol: 'HTTP', 'DefaultActions.1.Type': 'ForwardGroup',
            'DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId': world.groups[n],
        })).ListenerId;
        world.listeners.push(listener);
        world.rules.push((await must(client, 'CreateRule', rule(listener, ++world.priority, 'first'))).RuleId);
    }
}

async function allRules(client) {
    const rules = [];
    let NextToken = '';
    do {
        const { body } = await client.call('ListRules', { MaxResults: 100, NextToken });
        rules.push(...body.Rules);
        NextToken = body.NextToken || '';
    } while (NextToken);
    return rules;
}

let failed = 0;
function step(name, test) {
    try {
        test();
        console.log(`ok ${name}`);
    } catch (error) {
        failed = 1;
        console.error(error.stack);
        console.log(`not ok ${name}`);
    }
}

function verdict(kind) {
    let operations = 0;
    for (const [register, history] of histories) {
        if (!register.startsWith(kind))
            continue;
        operations += history.length;
        const wrong = check(history);
        assert.strictEqual(wrong, null, `${register}: ${wrong}`);
    }
    assert.ok(operations > CLIENTS, `only ${operations} operations on a ${kind}`);
}

async function main() {
    const clients = Array.from({ length: CLIENTS }, () => new Client(url));
    await setup(clients[0]);
    await Promise.all(clients.map((_, i) => life(clients, i)));
    for (let n = 0; n < 4; n++) { /* the last word */
        await readTags(clients[0]);
        await readRules(clients[0]);
        await readServers(clients[0], () => n);
    }
    const rules = await allRules(clients[0]);
    const operations = [...histories.values()].reduce((sum, history) => sum + history.length, 0);
    console.log(`# ${operations} operations on ${histories.size} registers, ${seen.refused} refused as busy, ${seen.lost} answers lost`);
    step(`${CLIENTS} clients had a connection each`, () => {
        assert.strictEqual(clients.filter((client) => client.ports.size > 0).length, CLIENTS);
        assert.ok(seen.lost > 0 && seen.again > 0 && seen.refused > 0, 'too peaceful to prove anything');
    });
    step('tags: no update is lost', () => verdict('tag'));
    step('servers: no update is lost, weight and description change together', () => verdict('server'));
    step('servers: those added are there until they are removed', () => verdict('guest'));
    step('rules: no update is lost', () => verdict('rule'));
    step('a creation with a client token is done once', () => {
        assert.ok(created.length > 10);
        for (const { name, ids } of created) {
            assert.strictEqual(ids[0], ids[1], name);
            assert.deepStrictEqual(rules.filter((r) => r.RuleName === name).map((r) => r.RuleId), [ids[0]]);
        }
    });
    step('a priority is had by one', () => {
        assert.ok(wanted.size > 4);
        for (const [key, ids] of wanted)
            assert.strictEqual(ids.length, 1, key);
        const taken = rules.map((r) => `${r.ListenerId} ${r.Priority}`);
        assert.strictEqual(new Set(taken).size, taken.length);
    });
    step('nothing is there that nobody created', () => {
        const known = new Set([...world.rules, ...created.map((c) => c.ids[0]), ...[...wanted.values()].flat()]);
        assert.deepStrictEqual(rules.map((r) => r.RuleId).filter((id) => !known.has(id)), []);
        assert.strictEqual(rules.length, known.size);
    });
    clients.forEach((client) => client.close());
    process.exitCode = failed;
}

main();
