import { useEffect, useState } from 'preact/hooks';
import type { Model } from '../model';
import { useUi } from './context';
import { Icon, IconButton } from './icons';

/** That there is no connection. A short gap is not worth a word. */
export function ConnectionStrip({ connection }: { connection: Model['connection'] }) {
  const ui = useUi();
  const [long, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (connection !== 'connecting') return undefined;
    const timer = setTimeout(() => setLong(true), 2000);
    return () => clearTimeout(timer);
  }, [connection]);
  const offline = connection === 'offline';
  return (
    <div role="status">
      {(offline || long) && (
        <p class="strip warn">
          {offline ? <Icon name="alert" /> : <span class="spinner" />}
          {ui.text(offline ? 'ui.connection.offline' : 'ui.connection.connecting')}
        </p>
      )}
    </div>
  );
}

export interface Told {
  kind: 'error' | 'info';
  text: string;
}

/** Something that a person is told, until they have taken note. */
export function NoticeStrip({ notice, dismiss }: { notice: Told | null; dismiss(): void }) {
  const ui = useUi();
  return (
    <div role={notice?.kind === 'error' ? 'alert' : 'status'}>
      {notice && (
        <div class={`strip ${notice.kind}`}>
          <Icon name={notice.kind === 'error' ? 'alert' : 'check'} />
          <p dir="auto">{notice.text}</p>
          <IconButton icon="close" label={ui.text('ui.notice.dismiss')} onClick={dismiss} />
        </div>
      )}
    </div>
  );
}

/** The browser's own question follows the first button only. */
export function PushInvitation() {
  const ui = useUi();
  return (
    <div class="invitation" role="group" aria-label={ui.text('ui.push.ask')}>
      <p>
        <Icon name="bell" /> {ui.text('ui.push.ask')}
      </p>
      <div class="invitation-buttons">
        <button type="button" class="action solid" onClick={() => ui.actions.allowPush()}>
          {ui.text('ui.push.allow')}
        </button>
        <button type="button" class="action" onClick={() => ui.actions.dismissPush()}>
          {ui.text('ui.push.later')}
        </button>
      </div>
    </div>
  );
}
