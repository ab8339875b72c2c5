import type { Prechat } from '../model';
import { useUi } from './context';
import { Form } from './form';
import { RichText } from './rich-text';
import { Avatar } from './row';

/** What a person is asked before their first message. */
export function PrechatView({ prechat, name, icon }: { prechat: Prechat; name: string; icon: string | undefined }) {
  const ui = useUi();
  return (
    <div class="prechat">
      <div class="prechat-greeting">
        <Avatar show url={prechat.avatarUrl ?? icon} name={name} />
        <RichText text={ui.text('prechatCaptureGreetingText')} />
      </div>
      <Form id="prechat" fields={prechat.fields} button={ui.text('ui.prechat.start')} submit={(answers) => ui.actions.submitPrechat(answers)} />
    </div>
  );
}
