import type { TargetedInputEvent } from 'preact';
import { useUi } from './context';
import type { Field } from '../model';
import { choices, required, type Refusal, type Value } from './fields';
import { Icon } from './icons';

interface Props {
  id: string;
  field: Field;
  value: Value;
  refusal: Refusal | undefined;
  disabled: boolean;
  onInput(value: Value): void;
  onLeave(): void;
}

/** One question of a form, with its label and with what is wrong with the answer. */
export function FieldView(props: Props) {
  const { id, field, refusal } = props;
  const ui = useUi();
  const several = field.type === 'select' && choices(field) > 1;
  const label = (
    <>
      {field.label}
      {!required(field) && <span class="small"> {ui.text('ui.form.optional')}</span>}
    </>
  );
  const error = refusal && (
    <p class="error" id={`${id}-error`}>
      <Icon name="alert" /> {ui.text(refusal.key, refusal.values)}
    </p>
  );
  if (several) {
    return (
      <fieldset class="field" aria-describedby={refusal && `${id}-error`}>
        <legend>{label}</legend>
        <Checkboxes {...props} />
        {error}
      </fieldset>
    );
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <Control {...props} />
      {error}
    </div>
  );
}

function Control({ id, field, value, refusal, disabled, onInput, onLeave }: Props) {
  const ui = useUi();
  const common = {
    id,
    'data-field': true,
    disabled,
    'aria-required': required(field),
    'aria-invalid': !!refusal,
    'aria-describedby': refusal && `${id}-error`,
    onBlur: onLeave,
  };
  if (field.type === 'select') {
    return (
      <select {...common} value={value[0] ?? ''} onChange={(e) => onInput(e.currentTarget.value ? [e.currentTarget.value] : [])}>
        <option value="">{field.placeholder || ui.text('formFieldSelectPlaceholderFallback')}</option>
        {(field.options ?? []).map((option) => (
          <option key={option.name} value={option.name}>
            {option.label}
          </option>
        ))}
      </select>
    );
  }
  const typed = {
    ...common,
    dir: value ? ('auto' as const) : ui.dir,
    placeholder: field.placeholder,
    value: value as string,
    onInput: (e: TargetedInputEvent<HTMLInputElement>) => onInput(e.currentTarget.value),
  };
  if (field.type === 'email') return <input {...typed} type="email" autocomplete="email" />;
  return <input {...typed} type="text" autocomplete={/^name$/i.test(field.name) ? 'name' : 'off'} />;
}

function Checkboxes({ field, value, refusal, id, disabled, onInput }: Props) {
  const ui = useUi();
  const chosen = Array.isArray(value) ? value : [];
  const most = choices(field);
  return (
    <>
      {most < (field.options?.length ?? 0) && <p class="small">{ui.text('ui.form.chooseUpTo', { count: most })}</p>}
      {(field.options ?? []).map((option, i) => {
        const on = chosen.includes(option.name);
        return (
          <label class="check" key={option.name}>
            <input
              type="checkbox"
              data-field={i === 0 || undefined}
              checked={on}
              disabled={disabled || (!on && chosen.length >= most)}
              aria-invalid={!!refusal}
              aria-describedby={refusal && `${id}-error`}
              onChange={() => onInput(on ? chosen.filter((name) => name !== option.name) : [...chosen, option.name])}
            />
            <span>{option.label}</span>
          </label>
        );
      })}
    </>
  );
}
