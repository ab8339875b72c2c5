import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Field } from '../model';
import { answer, answered, choices, initial, refusal, refusals, required, type Value } from './fields';

const text = (rest: Partial<Field> = {}): Field => ({ type: 'text', name: 'n', label: 'N', ...rest });
const email: Field = { type: 'email', name: 'e', label: 'E' };
const options = ['a', 'b', 'c'].map((name) => ({ _id: `id-${name}`, name, label: name.toUpperCase() }));
const select = (rest: Partial<Field> = {}): Field => ({ type: 'select', name: 's', label: 'S', options, ...rest });

test('values are refused with a reason', () => {
  const cases: [Field, Value | undefined, string | null][] = [
    [text(), '', 'ui.form.required'],
    [text(), '   ', 'ui.form.required'],
    [text(), undefined, 'ui.form.required'],
    [text({ minSize: 0 }), '', null],
    [text(), 'x', null],
    [text({ minSize: 3 }), 'ab', 'formErrorNoShorterThan'],
    [text({ maxSize: 3 }), 'abcd', 'formErrorNoLongerThan'],
    [text({ maxSize: 3 }), '🎉🎉🎉', null],
    [text(), 'x'.repeat(129), 'formErrorNoLongerThan'],
    [email, 'ana@example.org', null],
    [email, ' ana@example.org ', null],
    [email, 'ana', 'formErrorInvalidEmail'],
    [email, 'ana@example', 'formErrorInvalidEmail'],
    [email, 'a b@example.org', 'formErrorInvalidEmail'],
    [email, 'ana@example..org', 'formErrorInvalidEmail'],
    [email, '', 'ui.form.required'],
    [select(), [], 'ui.form.choose'],
    [select(), undefined, 'ui.form.choose'],
    [select(), ['a'], null],
  ];
  for (const [field, value, want] of cases) assert.equal(refusal(field, value)?.key ?? null, want, `${field.type} ${String(value)}`);
  assert.deepEqual(refusal(text({ minSize: 3 }), 'ab')?.values, { characters: 3 });
});

test('all refusals come at once, in order', () => {
  assert.deepEqual([...refusals([text(), email, select()], { e: 'ana@example.org' }).keys()], ['n', 's']);
});

test('the answer has what the server takes, trimmed', () => {
  assert.deepEqual(answer([text(), email, select()], { n: ' Ana ', e: 'a@b.ch ', s: ['b'] }), [
    { type: 'text', name: 'n', label: 'N', text: 'Ana' },
    { type: 'email', name: 'e', label: 'E', email: 'a@b.ch' },
    { type: 'select', name: 's', label: 'S', select: [options[1]] },
  ]);
});

test('an answer is read, and a form starts with what it carries', () => {
  assert.equal(answered(select({ select: options.slice(0, 2) })), 'A, B');
  assert.equal(answered({ ...email, email: 'a@b.ch' }), 'a@b.ch');
  assert.deepEqual(initial([text({ text: 'x' }), email, select({ select: [options[2]!] })]), { n: 'x', e: '', s: ['c'] });
});

test('never more choices than options, never none', () => {
  assert.equal(choices(select()), 1);
  assert.equal(choices(select({ selectSize: 9 })), 3);
  assert.equal(choices(select({ selectSize: 0 })), 1);
  assert.ok(required(text()) && required(email) && !required(text({ minSize: 0 })));
});
