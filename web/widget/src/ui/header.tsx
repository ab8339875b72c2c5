import { useState } from 'preact/hooks';
import type { Model } from '../model';
import { useUi } from './context';
import { IconButton } from './icons';
import { Menu, type Entry } from './menu';
import { Avatar } from './row';

/** Who one talks to, and what one may settle. Tall as long as there is room for an introduction. */
export function Header({ model }: { model: Model }) {
  const ui = useUi();
  const tall = model.fatal === null && (model.fixedHeader || (model.messages.length === 0 && !model.prechat));
  const entries = useSettings(model);
  const status = statusOf(model, ui.text);
  return (
    <header class={tall ? 'header tall' : 'header'}>
      <div class="header-bar">
        <Avatar show url={model.businessIconUrl} name={model.businessName} />
        <div class="header-text">
          <h2>
            <bdi>{model.businessName || ui.text('ui.panel.label')}</bdi>
          </h2>
          {status && (
            <p class="status">
              <span class={`dot ${model.connection}`} aria-hidden="true" />
              {status}
            </p>
          )}
        </div>
        {entries.length > 0 && <Menu icon="more" label={ui.text('settingsHeaderText')} entries={entries} class="settings" />}
        {!model.embedded && <IconButton class="close" icon="close" label={ui.text('ui.panel.close')} onClick={() => ui.actions.close()} />}
      </div>
      {tall && (
        <div class="intro">
          <p class="intro-title">{ui.text('headerText')}</p>
          <p>{ui.text('introductionText')}</p>
        </div>
      )}
    </header>
  );
}

function statusOf(model: Model, text: Model['text']): string {
  if (model.connection === 'offline') return text('ui.connection.away');
  if (model.typing) return text('ui.message.typing', { name: model.typing.name || model.businessName });
  return '';
}

/** What a person can settle. Nothing of it before there is somebody to settle it for. */
function useSettings(model: Model): Entry[] {
  const ui = useUi();
  const [busy, setBusy] = useState(false);
  const entries: Entry[] = [];
  if (model.push === 'default') {
    entries.push({ key: 'push', icon: 'bell', label: ui.text('ui.push.allow'), choose: () => ui.actions.allowPush() });
  } else if (model.push === 'granted' || model.push === 'denied') {
    const label = ui.text(model.push === 'granted' ? 'ui.push.on' : 'ui.push.denied');
    entries.push({ key: 'push', icon: 'bell', label, disabled: true, choose: () => undefined });
  }
  if (!model.user) return entries;
  const on = !model.proactive;
  const change = async () => {
    setBusy(true);
    try {
      await ui.actions.setProactive(on);
      ui.tell('info', ui.text(on ? 'ui.proactive.allowed' : 'ui.proactive.stopped'));
    } catch {
      ui.tell('error', ui.text('ui.proactive.failed'));
    } finally {
      setBusy(false);
    }
  };
  entries.push({
    key: 'proactive',
    icon: on ? 'chat' : 'close',
    label: ui.text(on ? 'ui.proactive.allow' : 'ui.proactive.stop'),
    disabled: busy,
    choose: () => void change(),
  });
  return entries;
}
