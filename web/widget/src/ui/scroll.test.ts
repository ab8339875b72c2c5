import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../model';
import { startOf } from './scroll';

const talk = (from: number, to: number): Message[] =>
  Array.from({ length: to - from }, (_, i) => ({ _id: `m${from + i}`, type: 'text', role: 'appMaker', received: from + i }));

test('a long conversation is drawn from its newest part', () => {
  assert.equal(startOf([], { from: null, oldest: null }, true), 0);
  assert.equal(startOf(talk(0, 25), { from: null, oldest: null }, true), 0);
  assert.equal(startOf(talk(0, 3000), { from: null, oldest: null }, true), 2940);
});

test('it goes on from the same message while others come', () => {
  assert.equal(startOf(talk(0, 3005), { from: 'm2940', oldest: 'm0' }, true), 2940);
  assert.equal(startOf(talk(100, 3005), { from: 'm2940', oldest: 'm0' }, false), 2840);
});

test('who was at the beginning sees what was loaded in front of it', () => {
  assert.equal(startOf(talk(0, 100), { from: 'm25', oldest: 'm25' }, false), 0);
  assert.equal(startOf(talk(0, 200), { from: 'm100', oldest: 'm100' }, false), 40);
});

test('at the end, what is far above is not drawn any longer; further up it is', () => {
  const was = { from: 'm0', oldest: 'm0' };
  assert.equal(startOf(talk(0, 180), was, true), 0);
  assert.equal(startOf(talk(0, 181), was, true), 121);
  assert.equal(startOf(talk(0, 400), was, false), 0);
});

test('a conversation that was replaced is drawn from its newest part', () => {
  assert.equal(startOf(talk(500, 600), { from: 'm7', oldest: 'm0' }, false), 40);
});
