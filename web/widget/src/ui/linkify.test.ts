import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkify } from './linkify';

const links = (text: string) => linkify(text).flatMap((p) => (typeof p === 'string' ? [] : [`${p.text} -> ${p.href}`]));

const cases: [text: string, ...links: string[]][] = [
  ['no address in here'],
  ['see https://example.org/a?b=c#d now', 'https://example.org/a?b=c#d -> https://example.org/a?b=c#d'],
  ['HTTP://EXAMPLE.ORG', 'HTTP://EXAMPLE.ORG -> http://example.org/'],
  ['The end: https://example.org/a.', 'https://example.org/a -> https://example.org/a'],
  ['(https://example.org/a_(b))', 'https://example.org/a_(b) -> https://example.org/a_(b)'],
  ['“https://example.org”', 'https://example.org -> https://example.org/'],
  ['www.example.org, and www.x', 'www.example.org -> https://www.example.org/'],
  ['write to ana.b+c@mail.example.org!', 'ana.b+c@mail.example.org -> mailto:ana.b+c@mail.example.org'],
  ['mailto:ana@example.org', 'mailto:ana@example.org -> mailto:ana@example.org'],
  ['tel:+41445550100.', 'tel:+41445550100 -> tel:+41445550100'],
  ['https://münchen.example/straße', 'https://münchen.example/straße -> https://xn--mnchen-3ya.example/stra%C3%9Fe'],
  ['https://a.example/x https://b.example/y', 'https://a.example/x -> https://a.example/x', 'https://b.example/y -> https://b.example/y'],
  ['javascript:alert(1) data:text/html,x vbscript:x file:///etc/passwd ftp://x.example'],
  ['java\nscript:alert(1)'],
  ['xhttps://example.org'],
  ['hotel:x and somehttp://a.example'],
  ['https:// http://. www. @ a@b'],
  ['https://example.org/"onclick="x', 'https://example.org/ -> https://example.org/'],
  ['<a href="https://example.org">x</a>', 'https://example.org -> https://example.org/'],
];

test('addresses are found, and nothing else', () => {
  for (const [text, ...want] of cases) {
    assert.deepEqual(links(text), want, text);
  }
});

test('joined again it is the text', () => {
  for (const [text] of cases) {
    const joined = linkify(text).map((p) => (typeof p === 'string' ? p : p.text)).join('');
    assert.equal(joined, text);
  }
});

test('every link has one of four schemes', () => {
  for (const [text] of cases) {
    for (const p of linkify(text)) if (typeof p !== 'string') assert.match(p.href, /^(https?|mailto|tel):/);
  }
});

test('the longest and strangest messages come out whole', () => {
  const strange = ['a.'.repeat(2048), 'a@'.repeat(2048), 'a@a.'.repeat(1024), 'https://'.repeat(512), 'www.'.repeat(1024), '('.repeat(2000) + 'https://e.org/' + ')'.repeat(2000), 'https://e.org/' + '.'.repeat(4000)];
  for (const text of strange) {
    const pieces = linkify(text);
    assert.equal(pieces.map((p) => (typeof p === 'string' ? p : p.text)).join(''), text);
  }
  assert.deepEqual(links('('.repeat(2000) + 'https://e.org/' + ')'.repeat(2000)), ['https://e.org/ -> https://e.org/']);
});
