import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, grounds, ink, luminance, palette, parse, ratio, readable } from './contrast';

test('colours are read', () => {
  assert.deepEqual(parse('#0099ff'), [0, 153, 255]);
  assert.deepEqual(parse('09f'), [0, 153, 255]);
  for (const none of ['', '#12', 'red', '#12345g', '#1234567']) assert.equal(parse(none), null, none);
});

test('contrast is that of WCAG', () => {
  assert.equal(ratio('#000000', '#ffffff'), 21);
  assert.equal(ratio('#767676', '#ffffff').toFixed(2), '4.54');
  assert.equal(luminance('#ffffff'), 1);
});

/** Colours from all over the cube, and the awkward ones in between. */
const colours: string[] = [];
for (let r = 0; r < 256; r += 51) for (let g = 0; g < 256; g += 51) for (let b = 0; b < 256; b += 51) {
  colours.push('#' + [r, g, b].map((v) => v.toString(16).padStart(2, '0')).join(''));
}
colours.push('#767676', '#777777', '#757575', '#ffd400', '#0099ff', '#65758e');

test('text on any colour can be read', () => {
  for (const colour of colours) {
    assert.ok(ratio(ink(colour), colour) >= 4.5, colour);
    assert.ok(ratio(ink(fill(colour)), fill(colour)) >= 4.5, colour);
  }
});

test('any colour can be read as text, in both themes', () => {
  for (const colour of colours) {
    for (const on of [grounds.light, grounds.dark]) {
      const text = readable(colour, on);
      for (const ground of on) assert.ok(ratio(text, ground) >= 4.5, `${colour} as ${text} on ${ground}`);
    }
  }
});

test('a colour that is readable stays what it is', () => {
  assert.equal(readable('#0a6cb0', grounds.light), '#0a6cb0');
  assert.equal(fill('#ffd400'), '#ffd400');
  assert.equal(palette({ brand: '#0b5a6f', conversation: '#0b7a75', action: '#0a6cb0' }, false)['--brand'], '#0b5a6f');
});

test('what is no colour becomes one', () => {
  for (const value of Object.values(palette({ brand: 'url(x)', conversation: '', action: '}' }, true))) assert.match(value, /^#[0-9a-f]{6}$/);
});
