import type { Field, Model, Prechat } from '../model';
import type { InitOptions } from './options';
import type { Text } from './text';

/** The questions before the first message; null when none are to be asked. */
export function prechatOf(o: InitOptions, model: Pick<Model, 'conversation' | 'messages'>, text: Text): Prechat | null {
  const asked = o.prechatCapture;
  if (!asked?.enabled || model.conversation || model.messages.length) return null;
  return { avatarUrl: asked.avatarUrl, fields: asked.fields?.length ? asked.fields : usual(text) };
}

function usual(text: Text): Field[] {
  return [
    { type: 'text', name: 'name', label: text('prechatCaptureNameLabel'), placeholder: text('prechatCaptureNamePlaceholder') },
    { type: 'email', name: 'email', label: text('prechatCaptureEmailLabel'), placeholder: text('prechatCaptureEmailPlaceholder') },
  ];
}

/** What the answers change in the user's profile. */
export function profileOf(fields: Field[]): Record<string, unknown> {
  const profile: Record<string, unknown> = {};
  const properties: Record<string, unknown> = {};
  for (const field of fields) {
    const answer = field.type === 'select' ? field.select?.map((option) => option.name).join(', ') : (field[field.type] ?? '').trim();
    if (!answer) continue;
    if (field.name === 'name' || field.name === 'givenName') profile.givenName = answer;
    else if (field.name === 'surname') profile.surname = answer;
    else if (field.type === 'email' && !profile.email) profile.email = answer;
    else properties[field.name] = answer;
  }
  if (Object.keys(properties).length) profile.properties = properties;
  return profile;
}
