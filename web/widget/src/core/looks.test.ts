import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looks } from './looks';
import { readMessage, readOptions } from './options';
import { prechatOf, profileOf } from './prechat';
import { catalogue, direction } from './text';
import english from '../text/en.json';

const o = { integrationId: 'i' };

test('options win over the integration, and that over what we think', () => {
  assert.deepEqual(looks({}, o).colors, { brand: '#65758e', conversation: '#0099ff', action: '#0099ff' });
  const config = { brandColor: 'ABCDEF', conversationColor: 'red;}', displayStyle: 'tab' as const, businessName: 'Shop' };
  const seen = looks(config, { ...o, customColors: { actionColor: '#123' }, displayStyle: 'button' });
  assert.deepEqual(seen.colors, { brand: '#abcdef', conversation: '#0099ff', action: '#112233' });
  assert.equal(seen.displayStyle, 'button');
  assert.equal(seen.businessName, 'Shop');
});

test('lengths are lengths', () => {
  const width = (buttonWidth: any) => looks({}, { ...o, buttonWidth }).buttonWidth;
  assert.deepEqual(['58px', '58', 58, '3.5rem', '10%', 'calc(1px)', '5px;color:red', ''].map(width), ['58px', '58px', '58px', '3.5rem', '10%', undefined, undefined, undefined]);
});

test('the theme is one of three', () => {
  const theme = (theme: any) => looks({}, { ...o, theme }).theme;
  assert.deepEqual(['light', 'dark', 'auto', undefined, 'pink'].map(theme), ['light', 'dark', 'auto', 'auto', 'auto']);
});

test('the menu has everything unless told', () => {
  assert.deepEqual(looks({}, o).menu, { image: true, file: true, location: true });
  assert.deepEqual(looks({}, { ...o, imageUploadEnabled: false, menuItems: { shareLocation: false } }).menu, { image: false, file: true, location: false });
});

test('init says what it was not told right', () => {
  assert.equal(readOptions({ appId: 'a1' }).integrationId, 'a1');
  assert.equal(readOptions({ ...o, externalId: 'ana' }).userId, 'ana');
  for (const [given, field] of [
    [undefined, 'options'],
    [{}, 'integrationId'],
    [{ integrationId: 'a/b' }, 'integrationId'],
    [{ ...o, userId: 7 }, 'userId'],
    [{ ...o, browserStorage: 'cookie' }, 'browserStorage'],
    [{ ...o, compat: 'v3' }, 'compat'],
  ] as const) {
    assert.throws(() => readOptions(given), { code: 'bad_request', field });
  }
});

test('messages are texts or objects', () => {
  assert.deepEqual(readMessage('hi'), { type: 'text', text: 'hi' });
  assert.deepEqual(readMessage({ text: 'hi', metadata: { a: 1 } }), { type: 'text', text: 'hi', metadata: { a: 1 } });
  for (const bad of ['', '  ', null, 7, {}]) assert.throws(() => readMessage(bad), { code: 'bad_request' });
});

test('texts: the page first, then the catalogue, then the key', () => {
  const text = catalogue({ headerText: 'Hallo {name}' });
  assert.equal(text('headerText', { name: 'Ana' }), 'Hallo Ana');
  assert.equal(text('headerText'), 'Hallo {name}');
  assert.equal(text('sendButtonText'), english.sendButtonText);
  assert.equal(text('no.such'), 'no.such');
});

test('some scripts run from right to left', () => {
  for (const locale of ['ar', 'he-IL', 'fa-IR', 'ur', 'az-Arab']) assert.equal(direction(locale), 'rtl', locale);
  for (const locale of ['en-US', 'de', 'arn', 'fr-CA']) assert.equal(direction(locale), 'ltr', locale);
});

test('asks before the first message only', () => {
  const nobody = { conversation: null, messages: [] };
  const text = catalogue();
  assert.equal(prechatOf(o, nobody, text), null);
  const asking = { ...o, prechatCapture: { enabled: true } };
  assert.deepEqual(prechatOf(asking, nobody, text)?.fields.map((field) => field.name), ['name', 'email']);
  assert.equal(prechatOf(asking, { ...nobody, conversation: { _id: 'c', unreadCount: 0 } }, text), null);
});

test('the answers become the profile', () => {
  const profile = profileOf([
    { type: 'text', name: 'name', label: '', text: ' Ana ' },
    { type: 'email', name: 'mail', label: '', email: 'ana@example.org' },
    { type: 'text', name: 'empty', label: '', text: '' },
    { type: 'select', name: 'topic', label: '', select: [{ name: 'order', label: 'An order' }] },
  ]);
  assert.deepEqual(profile, { givenName: 'Ana', email: 'ana@example.org', properties: { topic: 'order' } });
});
