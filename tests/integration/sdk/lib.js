/* lib.js - what the families share: calls through the official SDK, the virtual clock of the
 * mock, and the books of what was called and seen.
 *
 * Each family begins with an empty cloud.  Time stands still until settle(), so that a state
 * in between is there for as long as a test looks at it, and nothing waits. */
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const alb = require('@alicloud/alb20200616');
const { $OpenApiUtil } = require('@alicloud/openapi-core');

const PENDING_MS = 1000; /* as sdk.sh tells the mock */

const world = {
    endpoint: null, /* a URL */
    admin: null, /* an origin */
    spec: null, /* the description of the API: what codes, statuses and members there are */
    client: null,
    empty: null, /* the state of a new cloud */
    done: new Set(), /* actions that have succeeded */
    refusals: new Set(), /* "Action Code" */
    seen: new Set(), /* "Action.Path" of members of replies */
    failed: 0,
};

function clientWith(accessKeyId, accessKeySecret, more = {}) {
    return new alb.default(new $OpenApiUtil.Config({
        ...more,
        accessKeyId,
        accessKeySecret,
        endpoint: world.endpoint.host,
        protocol: world.endpoint.protocol.slice(0, -1),
        regionId: 'cn-hangzhou',
    }));
}

function connect(endpoint, admin, specFile) {
    world.endpoint = new URL(endpoint);
    world.admin = admin;
    world.client = clientWith('testak', 'testsecret');
    world.spec = specFile ? JSON.parse(fs.readFileSync(specFile, 'utf8')) : null;
}

async function adminCall(method, path, body) {
    const reply = await fetch(world.admin + path, { method, body });
    const text = await reply.text();
    assert.strictEqual(reply.status, 200, `${method} ${path}: ${text}`);
    return text;
}

async function fresh() {
    if (!world.empty)
        world.empty = await adminCall('GET', '/state');
    await adminCall('PUT', '/state', world.empty);
}

/* Moves the clock to the end of what is pending. */
async function settle(ms = PENDING_MS) {
    await adminCall('POST', '/clock', JSON.stringify({ advance_ms: ms }));
}

/* ---- the books --------------------------------------------------------------------------- */

const jsonTypes = { string: ['string'], integer: ['number'], number: ['number', 'string'], boolean: ['boolean'] };

/* Notes the members of a reply; what is there must be of the documented type. */
function note(members, value, where) {
    for (const [name, node] of Object.entries(members)) {
        const member = value[name];
        if (member === undefined || member === null)
            continue;
        const here = `${where}.${name}`;
        world.seen.add(here);
        noteValue(node, member, here);
    }
}

function noteValue(node, value, here) {
    if (node.type === 'object') {
        note(node.properties || node.members || {}, value, here);
    } else if (node.type === 'array') {
        assert.ok(Array.isArray(value), `${here} is no list`);
        for (const element of value)
            noteValue(node.items, element, here);
    } else if (jsonTypes[node.type]) {
        assert.ok(jsonTypes[node.type].includes(typeof value), `${here} is a ${typeof value}`);
        assert.notStrictEqual(value, '', `${here} is empty instead of absent`);
    }
}

/* What the description has for 'action' and no reply had. */
function unseen(members, where) {
    const missing = [];
    for (const [name, node] of Object.entries(members)) {
        const here = `${where}.${name}`;
        if (!world.seen.has(here)) {
            missing.push(here);
            continue;
        }
        let inner = node;
        while (inner.type === 'array')
            inner = inner.items;
        if (inner.type === 'object')
            missing.push(...unseen(inner.properties || inner.members || {}, here));
    }
    return missing;
}

/* ---- calls ------------------------------------------------------------------------------- */

function send(action, parameters, through) {
    const method = action[0].toLowerCase() + action.slice(1);
    return through[method](new alb[`${action}Request`](parameters));
}

/* call('ListRules', { ... }) gives the body of the reply. */
async function call(action, parameters = {}, through = world.client) {
    const method = action[0].toLowerCase() + action.slice(1);
    const request = alb[`${action}Request`];
    const reply = request ? await send(action, parameters, through) : await through[method]();
    assert.strictEqual(reply.statusCode, 200);
    assert.match(reply.body.requestId, /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    world.done.add(action);
    if (world.spec)
        note(world.spec.actions[action].response, reply.body.toMap(), action);
    return reply.body;
}

async function refusal(promise) {
    try {
        await promise;
    } catch (error) {
        return error;
    }
    throw new Error('was not refused');
}

/* The HTTP status that is documented for a code of an action; 400 where none is. */
function documentedStatus(action, code) {
    const own = world.spec.actions[action].errors.find((error) => error.code === code);
    const gateway = world.spec.gatewayErrors.find((error) => error.code === code);
    if (own)
        return own.http;
    return gateway ? gateway.http : 400;
}

/* The call is refused with that code (text), or one like it (a pattern, where the
 * documents have no name), and the documented status. */
async function refused(action, parameters, code, through = world.client) {
    const error = await refusal(send(action, parameters, through));
    if (code instanceof RegExp)
        assert.match(String(error.code), code, `${action}: ${error.message}`);
    else
        assert.strictEqual(error.code, code, `${action}: ${error.message}`);
    assert.strictEqual(error.statusCode, documentedStatus(action, error.code), `${action} ${error.code}`);
    world.refusals.add(`${action} ${error.code}`);
    return error;
}

/* A dry run of what would succeed: refused with the code that says so. */
const wouldDo = (action, parameters) => refused(action, { ...parameters, dryRun: true }, 'DryRunOperation');

async function jobOf(jobId) {
    const answer = await call('ListAsynJobs', { jobIds: [jobId] });
    assert.strictEqual(answer.jobs.length, 1);
    assert.strictEqual(answer.totalCount, 1);
    return answer.jobs[0];
}

/* An asynchronous change: it is Processing, and when its time has come Succeeded. */
async function change(action, parameters) {
    const body = await call(action, parameters);
    assert.match(body.jobId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.strictEqual((await jobOf(body.jobId)).status, 'Processing');
    await settle();
    const job = await jobOf(body.jobId);
    assert.strictEqual(job.status, 'Succeeded');
    assert.strictEqual(job.apiName, action);
    return body;
}

/* All pages of a list, of 'size' each; every page but the last is full. */
async function pages(action, parameters, member, size) {
    const all = [];
    let nextToken;
    do {
        const page = await call(action, { ...parameters, maxResults: size, nextToken });
        assert.strictEqual(page[member].length <= size, true);
        if (page.nextToken)
            assert.strictEqual(page[member].length, size);
        all.push(...page[member]);
        nextToken = page.nextToken || undefined;
    } while (nextToken);
    return all;
}

/* What was sent is what came back; the cloud may add members. */
function contains(got, sent, where = 'reply') {
    if (sent === null || typeof sent !== 'object') {
        assert.strictEqual(got, sent, where);
        return;
    }
    assert.ok(got, `${where} is missing`);
    if (Array.isArray(sent))
        assert.strictEqual(got.length, sent.length, where);
    for (const member of Object.keys(sent))
        contains(got[member], sent[member], `${where}.${member}`);
}

const sorted = (list, member) => [...list].sort((x, y) => (x[member] < y[member] ? -1 : 1));

/* ---- results ----------------------------------------------------------------------------- */

async function step(name, body) {
    try {
        await body();
        console.log(`ok ${name}`);
    } catch (error) {
        world.failed = 1;
        console.error(`  ${error.stack}`);
        console.log(`not ok ${name}`);
    }
}

module.exports = {
    PENDING_MS, adminCall, assert, call, change, clientWith, connect, contains, fresh, jobOf, pages,
    refusal, refused, send, settle, sorted, step, unseen, world, wouldDo,
};
