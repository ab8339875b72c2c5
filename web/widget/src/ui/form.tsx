import { useRef, useState } from 'preact/hooks';
import type { Field, Message } from '../model';
import { useUi } from './context';
import { FieldView } from './field';
import { answer, answered, initial, refusal, refusals, type Refusal } from './fields';
import { Icon } from './icons';

interface FormProps {
  id: string;
  fields: Field[];
  button: string;
  submit(fields: Field[]): Promise<void>;
}

/** Questions, checked before they are sent, and open to another try when that fails. */
export function Form({ id, fields, button, submit }: FormProps) {
  const ui = useUi();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState(() => initial(fields));
  const [refused, setRefused] = useState<Map<string, Refusal>>(new Map());
  const [state, setState] = useState<'open' | 'sending' | 'failed'>('open');

  const check = (field: Field, value = values[field.name]) => {
    const why = refusal(field, value);
    const next = new Map(refused);
    if (why) next.set(field.name, why);
    else next.delete(field.name);
    setRefused(next);
  };
  const send = async (event: Event) => {
    event.preventDefault();
    if (state === 'sending') return;
    const found = refusals(fields, values);
    setRefused(found);
    if (found.size) {
      const at = fields.findIndex((field) => found.has(field.name));
      form.current?.querySelectorAll<HTMLElement>('[data-field]')[at]?.focus();
      return;
    }
    setState('sending');
    try {
      await submit(answer(fields, values));
      setState('open');
    } catch {
      setState('failed');
    }
  };
  return (
    <form class="form" noValidate ref={form} onSubmit={send}>
      {fields.map((field, i) => (
        <FieldView
          key={field.name}
          id={`${id}-${i}`}
          field={field}
          value={values[field.name] ?? ''}
          refusal={refused.get(field.name)}
          disabled={state === 'sending'}
          onInput={(value) => {
            setValues((now) => ({ ...now, [field.name]: value }));
            if (refused.has(field.name)) check(field, value);
          }}
          onLeave={() => values[field.name]?.length && check(field)}
        />
      ))}
      {state === 'failed' && (
        <p class="error" role="alert">
          {ui.text('ui.form.failed')}
        </p>
      )}
      <button type="submit" class="action solid" aria-busy={state === 'sending'} disabled={state === 'sending'}>
        {state === 'sending' && <span class="spinner" />}
        {state === 'sending' ? ui.text('ui.form.sending') : button}
      </button>
    </form>
  );
}

/** A form that the business sent. */
export function FormView({ message }: { message: Message }) {
  const ui = useUi();
  const fields = message.fields ?? [];
  if (message.submitted) {
    return (
      <div class="form done">
        <ul>
          {fields.map((field) => (
            <li key={field.name}>{field.label}</li>
          ))}
        </ul>
        <p class="good">
          <Icon name="check" /> {ui.text('ui.form.sent')}
        </p>
      </div>
    );
  }
  return (
    <Form id={`form-${message._id}`} fields={fields} button={ui.text('ui.form.send')} submit={(answers) => ui.actions.submitForm(message, answers)} />
  );
}

/** What was answered to a form. */
export function FormResponse({ message }: { message: Message }) {
  return (
    <dl class="answers" dir="auto">
      {(message.fields ?? []).map((field) => (
        <div key={field.name}>
          <dt>{field.label}</dt>
          <dd>{answered(field) || '–'}</dd>
        </div>
      ))}
    </dl>
  );
}
