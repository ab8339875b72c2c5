import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attention } from './attention';
import { Typing } from './typing';
import { World } from './testing/world';

function bed() {
  const world = new World();
  const told: string[] = [];
  const page = { open: true };
  const attention = new Attention({
    platform: world,
    open: () => page.open,
    foreground: (on) => told.push('foreground ' + on),
    seen: (cursor) => told.push('seen ' + cursor),
    read: () => told.push('read'),
  });
  const look = (on: boolean) => {
    world.looking = on;
    world.happen(on ? 'focus' : 'blur');
  };
  return { world, told, page, attention, look };
}

test('what comes while a person looks was seen', async () => {
  const { attention, told, world } = bed();
  attention.came('1');
  attention.came('2');
  attention.came('3');
  await world.pass(5000);
  assert.deepEqual(told, ['seen 1', 'seen 3']);
});

test('what comes while nobody looks is seen once somebody does', () => {
  const { attention, told, look } = bed();
  look(false);
  attention.came('1');
  assert.deepEqual(told, ['foreground false']);
  look(true);
  assert.deepEqual(told.slice(1), ['foreground true', 'seen 1']);
});

test('is read only when it is in view, the messenger open and a person there', () => {
  const { attention, told, page, look } = bed();
  page.open = false;
  attention.viewed();
  assert.deepEqual(told, []);
  page.open = true;
  attention.viewed();
  assert.deepEqual(told, ['read']);
  look(false);
  attention.viewed();
  assert.equal(told.filter((word) => word === 'read').length, 1);
  look(true);
  assert.equal(told.filter((word) => word === 'read').length, 2);
});

test('what came since is not read by that the older was in view', () => {
  const { attention, told, look } = bed();
  look(false);
  attention.viewed();
  attention.came('2');
  look(true);
  assert.ok(!told.includes('read'));
});

test('the same change is told once', () => {
  const { attention, told, world } = bed();
  world.happen('focus');
  world.happen('visibilitychange');
  assert.deepEqual(told, []);
  attention.stop();
  world.looking = false;
  world.happen('blur');
  assert.deepEqual(told, []);
});

test('typing is told now and then, and ends by itself', async () => {
  const world = new World();
  const told: boolean[] = [];
  const typing = new Typing(world, (on) => told.push(on));
  for (let i = 0; i < 24; i++) {
    typing.start();
    await world.pass(500);
  }
  assert.deepEqual(told, [true, true, true]);
  await world.pass(10_000);
  assert.deepEqual(told, [true, true, true, false]);
  typing.stop();
  assert.equal(told.length, 4);
  typing.start();
  typing.end();
  await world.pass(20_000);
  assert.deepEqual(told.slice(4), [true]);
});
