/* history_test.js - the checker of histories is right where the answer is known, and agrees
 * with the search on thousands of small histories. */
'use strict';
const assert = require('node:assert');
const { INITIAL, check, search } = require('./history');

const write = (value, from, to) => ({ kind: 'write', value, from, to });
const read = (value, from, to) => ({ kind: 'read', value, from, to });

const good = {
    'one after the other': [write('a', 1, 2), read('a', 3, 4), write('b', 5, 6), read('b', 7, 8)],
    'a read beside a write sees either': [write('a', 1, 10), read(INITIAL, 2, 3), read('a', 4, 5)],
    'writes beside each other in either order': [write('a', 1, 10), write('b', 2, 9), read('b', 11, 12), read('b', 13, 14)],
    'an unanswered write that was done': [write('a', 1, 2), write('b', 3, Infinity), read('a', 4, 5), read('b', 6, 7)],
    'an unanswered write that was not': [write('a', 1, 2), write('b', 3, Infinity), read('a', 4, 5)],
};
const bad = {
    'a stale read': [write('a', 1, 2), write('b', 3, 4), read('a', 5, 6)],
    'a lost update': [write('a', 1, 2), read('a', 3, 4), write('b', 5, 6), read('a', 7, 8)],
    'the initial value after a write': [write('a', 1, 2), read(INITIAL, 3, 4)],
    'two readers that disagree': [write('a', 1, 20), write('b', 2, 21), read('a', 3, 4), read('b', 5, 6), read('a', 7, 8)],
    'a value from the future': [read('a', 1, 2), write('a', 3, 4)],
    'a value from nowhere': [read('a', 1, 2)],
    'an unanswered write that came and went': [write('a', 1, 2), write('b', 3, Infinity), read('b', 4, 5), read('a', 6, 7)],
};

/* A generator of numbers below n, the same every time. */
function dice(seed) {
    let state = seed;
    return (n) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * n);
    };
}

/* Operations with distinct times; reads see any value. */
function random(roll) {
    const n = 2 + roll(5);
    const times = Array.from({ length: 2 * n }, (_, i) => i).sort(() => roll(2) - 0.5);
    const operations = [];
    for (let i = 0; i < n; i++) {
        const [from, to] = [times[2 * i], times[2 * i + 1]].sort((x, y) => x - y);
        const end = roll(8) ? to : Infinity;
        operations.push(i < 3 && roll(2) ? write(`v${i}`, from, end) : read(null, from, to));
    }
    const values = [INITIAL, ...operations.filter((o) => o.kind === 'write').map((o) => o.value)];
    for (const operation of operations.filter((o) => o.kind === 'read'))
        operation.value = values[roll(values.length)];
    return operations;
}

function main() {
    for (const [name, operations] of Object.entries(good)) {
        assert.strictEqual(check(operations), null, name);
        assert.strictEqual(search(operations), true, name);
    }
    for (const [name, operations] of Object.entries(bad)) {
        assert.ok(check(operations), name);
        if (name !== 'a value from nowhere')
            assert.strictEqual(search(operations), false, name);
    }
    const roll = dice(7);
    const counts = [0, 0];
    for (let i = 0; i < 20000; i++) {
        const operations = random(roll);
        const fine = search(operations);
        assert.strictEqual(check(operations) === null, fine, JSON.stringify(operations));
        counts[Number(fine)]++;
    }
    assert.ok(counts[0] > 2000 && counts[1] > 2000, `one-sided: ${counts}`);
    console.log('ok histories with a planted fault are told from those without');
}

main();
