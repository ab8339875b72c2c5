import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, clock, dayLabel, dayOf, iso, moment, money } from './format';

const at = (day: number, hour = 12) => new Date(2026, 4, day, hour).getTime() / 1000;
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

test('days are named as people do', () => {
  const cases: [number, string][] = [[17, 'today'], [16, 'yesterday'], [14, 'Thursday'], [11, 'Monday'], [10, 'May 10']];
  for (const [day, want] of cases) assert.equal(dayLabel(at(day), at(17, 0), 'en-US'), want);
  assert.equal(dayLabel(at(17, 23), at(17, 1), 'de-CH'), 'heute');
  assert.equal(dayLabel(at(17) - 400 * 86_400, at(17), 'en-US'), 'April 12, 2025');
});

test('a day ends at midnight where the person is', () => {
  assert.equal(dayOf(at(17, 0)), dayOf(at(17, 23)));
  assert.notEqual(dayOf(at(17, 23)), dayOf(at(18, 0)));
});

test('sizes and amounts are written in the language', () => {
  assert.equal(plain(bytes(512, 'en-US')), '512 bytes');
  assert.equal(plain(bytes(248_211, 'en-US')), '248 kB');
  assert.equal(plain(bytes(4_810_000, 'de-DE')), '4,8 MB');
  assert.equal(money(2500, undefined, 'en-US'), '$25.00');
  assert.equal(plain(money(900, 'jpy', 'en-US')), '¥900');
  assert.equal(plain(money(1450, 'eur', 'de-DE')), '14,50 €');
  assert.equal(money(100, 'no currency', 'en-US'), '1 no currency');
});

test('nothing breaks on what is no locale and no time', () => {
  assert.equal(clock(at(17, 9), 'not a locale!'), clock(at(17, 9), 'en'));
  for (const time of [NaN, Infinity, 1e300, -1e300]) {
    assert.equal(iso(time), '1970-01-01T00:00:00.000Z');
    for (const f of [() => clock(time, 'en'), () => moment(time, 'en'), () => dayLabel(time, at(17), 'en'), () => dayOf(time)]) assert.ok(f());
  }
});
