// Everything a run needs: a server on a database, a provider, a webhook's target.
import assert from 'node:assert/strict';

import { Calls } from './calls.mjs';
import { connect } from './client.mjs';
import { serve, simulate } from './program.mjs';
import { Sink } from './sink.mjs';
import { Tenant } from './tenant.mjs';

export class Bed {
  #phones = 0;
  calls = new Calls();

  constructor(kind) { this.kind = kind; }

  async start() {
    this.sink = await new Sink().start();
    this.simulator = await simulate();
    this.database = await this.kind.create();
    this.server = await serve(this.simulator, this.database);
    this.url = this.server.url;
    this.accountKey = await this.server.accountKey();
    this.account = connect(this.url, { keyId: this.accountKey.keyId, secret: this.accountKey.secret, scope: 'account' }, this.calls);
  }

  // stop ends everything, and holds the server to a clean end.
  async stop() {
    const code = await this.server?.stop();
    await this.simulator?.stop();
    await this.sink?.stop();
    await this.database?.drop();
    await this.server?.remove();
    assert.equal(code, 0, `the server ended with ${code}:\n${this.server?.log}`);
    const bad = this.server.log.split('\n').filter((line) => /"level":"ERROR"|^panic|^goroutine /.test(line));
    assert.deepEqual(bad, [], 'errors in the log of the server');
  }

  tenant(name) { return Tenant.create(this, name); }

  // phone is a number that no other test uses. Its last four digits choose, at
  // the provider, what becomes of messages to it; 9999 is a phone that works.
  phone(ending = '9999') {
    this.#phones += 1;
    return `+1${2_000_00 + this.#phones}${ending}`;
  }

  // reply sends a text from a phone, to whoever wrote to it last.
  async reply(phone, text) {
    const { webhook } = await this.simulator.post(`/sim/phones/${phone}/reply`, { text });
    assert.equal(webhook.status, 200, `the answer from ${phone} was not taken: ${JSON.stringify(webhook)}`);
  }

  // texts are what a phone was sent.
  async texts(phone) {
    const { messages } = await this.simulator.get(`/sim/messages?direction=outbound-api&to=${encodeURIComponent(phone)}`);
    return messages.map((m) => m.body).reverse();
  }
}
