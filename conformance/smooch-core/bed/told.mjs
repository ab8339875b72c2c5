// What bodies of webhooks have in common.
import { seconds, text } from './shape.mjs';

// told is what every body has, and more.
export const told = (tenant, trigger, more) => ({
  trigger, version: 'v1.1', app: { _id: tenant.appId }, timestamp: seconds, ...more,
});

// refusal is the error of a message that the provider refused to take, since
// there is no such phone.
export const refusal = {
  code: 'bad_request',
  message: text,
  underlyingError: { reason: text, status: 400, message: text, errors: [{ code: 21211, title: text }] },
};
