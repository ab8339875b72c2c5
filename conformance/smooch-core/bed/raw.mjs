// Plain HTTP, for what the client cannot or will not send.
import assert from 'node:assert/strict';

import { assertShape, text } from './shape.mjs';

export const basic = (key) => `Basic ${Buffer.from(`${key._id ?? key.keyId}:${key.secret}`).toString('base64')}`;

// send makes one request and returns its status and its JSON. Every answer of
// the API is JSON and says so.
export async function send(bed, authorization, method, path, body, headers = {}) {
  const res = await fetch(bed.url + path, {
    method, body: typeof body === 'object' ? JSON.stringify(body) : body,
    headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }), ...headers },
  });
  assert.match(res.headers.get('content-type') ?? '', /application\/json/, `${method} ${path}`);
  return { status: res.status, body: await res.json() };
}

// refuses makes one request that fails with a status and a code.
export async function refuses(status, code, bed, authorization, method, path, body) {
  const answer = await send(bed, authorization, method, path, body);
  const what = `${method} ${path} ${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`;
  assert.equal(answer.status, status, what);
  assertShape(answer.body, { error: { code: text, description: text } });
  assert.equal(answer.body.error.code, code, what);
}
