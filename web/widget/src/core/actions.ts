import type { Action, Actions, Field, Message } from '../model';
import type { Messenger } from './messenger';
import { profileOf } from './prechat';

/** What the user interface can do. What goes wrong is told in the model. */
export function actionsOf(m: Messenger): Actions {
  const notice = (key: string) => m.state.set({ notice: { kind: 'error', text: m.state.model.text(key) } });
  return {
    open: () => m.open(),
    close: () => m.close(),
    send: (text) => void m.outgoing.send(text).catch(() => {}),
    sendFile: (file) => void m.outgoing.sendFile(file).catch(() => {}),
    shareLocation: () => void m.outgoing.shareLocation().catch(() => {}),
    retry: (message) => m.outgoing.retry(message),
    discard: (message) => m.outgoing.discard(message),
    loadOlder: () => void m.loadOlder().catch(() => notice('couldNotConnect')),
    act: (action) => act(m, action, notice),
    submitForm: (message, fields) => submitForm(m, message, fields),
    submitPrechat: (fields) => submitPrechat(m, fields),
    typing: (on) => (on ? m.typing.start() : m.typing.stop()),
    read: () => m.attention.viewed(),
    allowPush: () => void m.allowPush().catch(() => notice('linkError')),
    dismissPush: () => m.dismissPush(),
    setProactive: (on) => m.setProactive(on),
    dismissNotice: () => m.state.set({ notice: null }),
  };
}

function act(m: Messenger, action: Action, notice: (key: string) => void): void {
  if (action.type === 'reply') {
    const { text, payload, metadata } = action;
    m.outgoing.send({ type: 'text', text, payload, ...(metadata ? { metadata } : {}) }).catch(() => {});
  } else if (action.type === 'locationRequest') m.outgoing.shareLocation().catch(() => {});
  else if (action.type === 'postback') m.outgoing.postback(action).catch(() => notice('actionPostbackError'));
}

async function submitForm(m: Messenger, form: Message, fields: Field[]): Promise<void> {
  await m.outgoing.send({ type: 'formResponse', fields, quotedMessage: { type: 'message', content: { _id: form._id } } });
  m.talk.amend(form._id, { submitted: true });
}

async function submitPrechat(m: Messenger, fields: Field[]): Promise<void> {
  await m.updateUser(profileOf(fields));
  await m.start('conversation:start');
  m.state.set({ prechat: null, notice: { kind: 'info', text: m.state.model.text('prechatCaptureConfirmationText') } });
}
