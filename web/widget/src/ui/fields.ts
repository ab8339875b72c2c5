import type { Field } from '../model';

/** What is being entered: text, or the names of the chosen options. */
export type Value = string | string[];
export type Values = Record<string, Value>;

/** Why a value is refused: a text's key and what goes into it. */
export interface Refusal {
  key: string;
  values?: Record<string, number>;
}

const address = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

/** How many options may be chosen. */
export const choices = (field: Field) => Math.max(1, Math.min(field.selectSize ?? 1, field.options?.length ?? 1));

/** A field may stay empty only where its shortest answer has no characters. */
export const required = (field: Field) => field.type !== 'text' || (field.minSize ?? 1) > 0;

/** Characters as people count them, not UTF-16 units. */
const length = (text: string) => Array.from(text).length;

export function refusal(field: Field, value: Value | undefined): Refusal | null {
  if (field.type === 'select') return Array.isArray(value) && value.length > 0 ? null : { key: 'ui.form.choose' };
  const text = typeof value === 'string' ? value.trim() : '';
  if (!text) return required(field) ? { key: 'ui.form.required' } : null;
  if (field.type === 'email') {
    return address.test(text) && length(text) <= 254 ? null : { key: 'formErrorInvalidEmail' };
  }
  const [least, most] = [field.minSize ?? 1, field.maxSize ?? 128];
  if (length(text) < least) return { key: 'formErrorNoShorterThan', values: { characters: least } };
  if (length(text) > most) return { key: 'formErrorNoLongerThan', values: { characters: most } };
  return null;
}

/** The names of the refused fields, each with the reason, in the fields' order. */
export function refusals(fields: Field[], values: Values): Map<string, Refusal> {
  const refused = new Map<string, Refusal>();
  for (const field of fields) {
    const why = refusal(field, values[field.name]);
    if (why) refused.set(field.name, why);
  }
  return refused;
}

/** The answer as the server takes it. */
export function answer(fields: Field[], values: Values): Field[] {
  return fields.map((field) => {
    const { type, name, label } = field;
    const value = values[name];
    if (type === 'select') {
      const chosen = Array.isArray(value) ? value : [];
      return { type, name, label, select: (field.options ?? []).filter((o) => chosen.includes(o.name)) };
    }
    const text = typeof value === 'string' ? value.trim() : '';
    return type === 'email' ? { type, name, label, email: text } : { type, name, label, text };
  });
}

/** What somebody answered, to be read. */
export function answered(field: Field): string {
  if (field.type === 'select') return (field.select ?? []).map((o) => o.label).join(', ');
  return (field.type === 'email' ? field.email : field.text) ?? '';
}

/** What a form starts with: what it already carries. */
export function initial(fields: Field[]): Values {
  const values: Values = {};
  for (const f of fields) values[f.name] = f.type === 'select' ? (f.select ?? []).map((o) => o.name) : ((f.type === 'email' ? f.email : f.text) ?? '');
  return values;
}
