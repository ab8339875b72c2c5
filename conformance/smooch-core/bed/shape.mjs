// Exact comparison of bodies: every key that is expected is there and no other
// one is. Where a value cannot be known before, a check stands in its place: a
// regular expression for texts, or a function.
import assert from 'node:assert/strict';

export function assertShape(actual, expected, at = 'body') {
  if (expected instanceof RegExp) {
    assert.equal(typeof actual, 'string', `${at} must be a text, and is ${JSON.stringify(actual)}`);
    assert.match(actual, expected, at);
  } else if (typeof expected === 'function') {
    assert.ok(expected(actual), `${at} must be ${expected.name}, and is ${JSON.stringify(actual)}`);
  } else if (expected !== null && typeof expected === 'object') {
    assert.equal(Array.isArray(actual), Array.isArray(expected), `${at} is ${JSON.stringify(actual)}`);
    assert.ok(actual !== null && typeof actual === 'object', `${at} is ${JSON.stringify(actual)}`);
    const wanted = Object.keys(expected).filter((k) => !(expected[k]?.optional && !(k in actual)));
    assert.deepEqual(Object.keys(actual).sort(), wanted.sort(), `the keys of ${at}`);
    for (const k of wanted) assertShape(actual[k], expected[k].optional ?? expected[k], `${at}.${k}`);
  } else {
    assert.deepEqual(actual, expected, at);
  }
}

export const id = /^[0-9a-f]{24}$/;
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const providerID = /^[SM]M[0-9a-f]{32}$/;
export const text = /\S/;

// seconds is a moment of these hours in decimal Unix seconds, with milliseconds.
export function seconds(v) {
  return typeof v === 'number' && Math.abs(v - Date.now() / 1000) < 3600 && Math.abs(v * 1000 - Math.round(v * 1000)) < 1e-3;
}

export function bool(v) {
  return typeof v === 'boolean';
}
