// The vendor's client, as its README says to make one.
import assert from 'node:assert/strict';

import SmoochCore from 'smooch-core';

// connect returns a client. Clients of scope account call the long paths, the
// others the short ones. calls notes down what it is used for.
export function connect(serviceUrl, credentials, calls) {
  const client = new SmoochCore({ serviceUrl, ...credentials });
  return calls ? calls.watch(client) : client;
}

// refused waits for a call to fail as the client tells of errors, and returns
// its error.
export async function refused(promise, code, description = /\S/) {
  let err;
  await assert.rejects(promise, (e) => { err = e; return true; });
  assert.equal(err.code, code, `${err.message} (${err.code})`);
  assert.match(err.description, description);
  assert.equal(err.message, err.description);
  assert.match(err.response.headers.get('content-type'), /application\/json/);
  return err;
}

const statuses = {
  bad_request: 400, unauthorized: 401, forbidden: 403, conflict: 409, payload_too_large: 413, not_implemented: 501,
};

// refusedAs is refused, and checks that the status is the code's.
export async function refusedAs(promise, code, description) {
  const err = await refused(promise, code, description);
  assert.equal(err.response.status, statuses[code] ?? 404);
  return err;
}
