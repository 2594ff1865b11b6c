/* client.js - calls of ALB over one connection of its own, signed (ACS3-HMAC-SHA256), each with
 * the moments it was sent and answered. */
'use strict';
const crypto = require('node:crypto');
const http = require('node:http');

const sha256 = (text) => crypto.createHash('sha256').update(text).digest('hex');
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/* One order for all that happens in this process. */
let moment = 0;
const now = () => ++moment;

class Client {
    constructor(url) {
        this.url = new URL(url);
        this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        this.ports = new Set(); /* of the connections it has had */
    }

    headers(action, body) {
        const headers = {
            'content-type': 'application/x-www-form-urlencoded',
            host: this.url.host,
            'x-acs-action': action,
            'x-acs-content-sha256': sha256(body),
            'x-acs-date': new Date().toISOString().replace(/\.\d+/, ''),
            'x-acs-signature-nonce': crypto.randomUUID(),
            'x-acs-version': '2020-06-16',
        };
        const names = Object.keys(headers);
        const canonical = ['POST', '/', '', ...names.map((name) => `${name}:${headers[name]}`), '', names.join(';'),
            headers['x-acs-content-sha256']].join('\n');
        const signature = crypto.createHmac('sha256', 'testsecret')
            .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`).digest('hex');
        headers.authorization = `ACS3-HMAC-SHA256 Credential=testak,SignedHeaders=${names.join(';')},Signature=${signature}`;
        return headers;
    }

    /* { from, to, code, body }: 'to' is Infinity, and there is no body, when no answer came. */
    call(action, parameters) {
        const body = Object.entries(parameters).map(([name, value]) => `${encode(name)}=${encode(String(value))}`).join('&');
        return new Promise((resolve) => {
            const from = now();
            const lost = () => resolve({ from, to: Infinity, code: 'lost' });
            const request = http.request({
                agent: this.agent, host: this.url.hostname, port: this.url.port, method: 'POST', path: '/',
                headers: this.headers(action, body),
            }, (reply) => {
                const parts = [];
                this.ports.add(reply.socket.localPort);
                reply.on('data', (part) => parts.push(part));
                reply.on('error', lost);
                reply.on('end', () => {
                    const to = now();
                    const answer = JSON.parse(Buffer.concat(parts).toString('utf8'));
                    resolve({ from, to, code: answer.Code || null, body: answer });
                });
            });
            request.on('error', lost);
            request.end(body);
        });
    }

    close() {
        this.agent.destroy();
    }
}

module.exports = { Client };
