/* history.js - is the history of a register one that a single register could have?
 *
 * An operation is { kind: 'write' | 'read', value, from, to }: invoked at 'from', answered at
 * 'to', in units of one counter; 'to' is Infinity when no answer came, so that it may have
 * been done at any time after 'from', or never.  No two writes have the same value.
 *
 * check() is the test of Gibbons and Korach (Testing shared memories, 1997) for such
 * histories: all operations on one value form a cluster, and only the clusters' extents
 * matter.  search() tries every order, as Wing and Gong do; it is slow, and there to check
 * the checker. */
'use strict';

const INITIAL = Symbol('initial'); /* the value before the first write */

/* Clusters by value: the write, the reads, when the first answer came and the last call went. */
function clusters(operations) {
    const found = new Map([[INITIAL, { write: { from: -Infinity, to: -Infinity }, reads: [] }]]);
    for (const operation of operations.filter((o) => o.kind === 'write')) {
        if (found.has(operation.value))
            throw new Error(`written twice: ${String(operation.value)}`);
        found.set(operation.value, { write: operation, reads: [] });
    }
    return found;
}

/* null when the history is linearizable, else what is wrong with it. */
function check(operations) {
    const found = clusters(operations);
    for (const read of operations.filter((o) => o.kind === 'read' && o.to !== Infinity)) {
        const cluster = found.get(read.value);
        if (!cluster)
            return `${String(read.value)} was read and never written`;
        if (read.to < cluster.write.from)
            return `${String(read.value)} was read before it was written`;
        cluster.reads.push(read);
    }
    const zones = [];
    for (const [value, { write, reads }] of found) {
        if (write.to === Infinity && !reads.length)
            continue; /* never done, for all that anybody saw */
        const all = [write, ...reads];
        const first = Math.min(...all.map((o) => o.to));
        const last = Math.max(...all.map((o) => o.from));
        zones.push({ value, forward: first < last, low: Math.min(first, last), high: Math.max(first, last) });
    }
    return overlap(zones);
}

/* Between the first answer and the last call the register had the value all the time: two
 * such spans must not meet, and no other value has its whole life inside one. */
function overlap(zones) {
    const forward = zones.filter((z) => z.forward).sort((x, y) => x.low - y.low);
    for (let i = 1; i < forward.length; i++)
        if (forward[i].low < forward[i - 1].high)
            return `${String(forward[i - 1].value)} came back after ${String(forward[i].value)}`;
    for (const zone of zones.filter((z) => !z.forward)) {
        const around = forward.find((f) => f.low < zone.low && zone.high < f.high);
        if (around)
            return `${String(zone.value)} was lost: it was written while ${String(around.value)} stayed`;
    }
    return null;
}

/* Is there an order? */
function search(operations) {
    const open = operations.filter((o) => !(o.kind === 'read' && o.to === Infinity));
    const place = (left, value) => {
        if (left.every((o) => o.to === Infinity))
            return true;
        const deadline = Math.min(...left.map((o) => o.to));
        for (const o of left) {
            if (o.from > deadline || (o.kind === 'read' && o.value !== value))
                continue;
            if (place(left.filter((other) => other !== o), o.kind === 'write' ? o.value : value))
                return true;
        }
        return false;
    };
    return place(open, INITIAL);
}

module.exports = { INITIAL, check, search };
