import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileName, safeFrame, safeLink, safeMedia } from './url';

const bad = [undefined, '', 'javascript:alert(1)', ' javascript:alert(1)', 'java\tscript:alert(1)', 'JAVASCRIPT:x', 'data:text/html,x', 'vbscript:x', 'file:///x', '/relative', '//example.org', 'x'];

test('what is not one of the few schemes is refused', () => {
  for (const url of bad) {
    assert.equal(safeLink(url), undefined, url);
    assert.equal(safeMedia(url), undefined, url);
    assert.equal(safeFrame(url, 'https://shop.example'), undefined, url);
  }
  assert.equal(safeLink('blob:https://shop.example/1'), undefined);
  assert.equal(safeMedia('mailto:a@b.ch'), undefined);
});

test('what is goes on', () => {
  for (const url of ['https://example.org/', 'http://example.org/a', 'mailto:a@b.ch', 'tel:+411']) assert.equal(safeLink(url), url);
  for (const url of ['https://example.org/a.png', 'blob:https://shop.example/1']) assert.equal(safeMedia(url), url);
});

test('a frame is of another origin, and not less secret than its page', () => {
  assert.equal(safeFrame('https://pay.example/x', 'https://shop.example'), 'https://pay.example/x');
  assert.equal(safeFrame('https://shop.example/x', 'https://shop.example'), undefined);
  assert.equal(safeFrame('http://pay.example/x', 'https://shop.example'), undefined);
  assert.equal(safeFrame('http://pay.example/x', 'http://shop.example'), 'http://pay.example/x');
});

test('files have names', () => {
  assert.equal(fileName('https://example.org/f/my%20file.pdf?x=1'), 'my file.pdf');
  assert.equal(fileName('https://example.org/%E0%A4%A'), '');
  assert.equal(fileName(undefined), '');
});
