// An app of its own for a test, with everything a customer would have set up.
import { randomBytes } from 'node:crypto';

import { connect } from './client.mjs';

const hex = () => randomBytes(16).toString('hex');

export class Tenant {
  // create makes an app and a key for it.
  static async create(bed, name) {
    const { app } = await bed.account.apps.create({ name });
    const { key } = await bed.account.apps.keys.create({ appId: app._id, name });
    return new Tenant(bed, app, key);
  }

  constructor(bed, app, key) {
    Object.assign(this, { bed, app, key, appId: app._id });
    this.server = this.as('app');
  }

  // as returns a client of a scope. For account it is the account's.
  as(scope, more = {}) {
    if (scope === 'account') return this.bed.account;
    return connect(this.bed.url, { keyId: this.key._id, secret: this.key.secret, scope, ...more }, this.bed.calls);
  }

  // user returns a client that speaks for one user.
  user(userId) { return this.as('appUser', { userId }); }

  // args are named arguments as a client of that scope takes them: only clients
  // of the account must say which app they mean.
  args(scope, named = {}) { return scope === 'account' ? { appId: this.appId, ...named } : named; }

  // integrate makes an integration of a number that nobody else has.
  async integrate(more = {}) {
    const props = { type: 'twilio', accountSid: `AC${hex()}`, authToken: hex(), phoneNumberSid: `PN${hex()}`, ...more };
    const { integration } = await this.bed.account.integrations.create({ appId: this.appId, props });
    await this.bed.simulator.post('/sim/numbers', {
      phoneNumberSid: props.phoneNumberSid, accountSid: props.accountSid, authToken: props.authToken,
      smsUrl: `${this.bed.url}/hooks/twilio/${integration._id}/inbound`,
    });
    return integration;
  }

  // listen makes a webhook that is told of triggers.
  async listen(triggers = ['*'], more = {}, answers = []) {
    const target = this.bed.sink.at(`/${this.appId}/${hex()}`, answers);
    const { webhook } = await this.bed.account.webhooks.create({
      appId: this.appId, props: { target: target.url, triggers, ...more },
    });
    target.webhook = webhook;
    return target;
  }

  // notify sends a text and returns the notification's id.
  async notify(integration, phone, message) {
    const { notification } = await this.server.notifications.postNotification({
      appId: this.appId,
      notification: {
        destination: { integrationId: integration._id, destinationId: phone },
        author: { role: 'appMaker' },
        message: typeof message === 'string' ? { type: 'text', text: message } : message,
      },
    });
    return notification._id;
  }

  // link links a phone to a user.
  link(userId, phoneNumber, confirmation = { type: 'immediate' }, more = {}) {
    return this.server.appUsers.linkChannel({ userId, data: { type: 'twilio', phoneNumber, confirmation, ...more } });
  }
}
