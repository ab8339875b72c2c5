import { useEffect, useRef, useState } from 'preact/hooks';
import type { Action, Item, Message } from '../model';
import { useUi } from './context';
import { money } from './format';
import { Icon } from './icons';
import { safeLink, safeMedia } from './url';

const quick = (action: Action) => action.type === 'reply' || action.type === 'locationRequest';

interface ListProps {
  actions: Action[] | undefined;
  message: Message;
  item?: Item;
}

/** The buttons of a message or a card. Those that can do nothing are left out. */
export function ActionList({ actions, message, item }: ListProps) {
  const shown = (actions ?? []).filter((action) => !quick(action));
  if (!shown.length) return null;
  return (
    <div class="actions">
      {shown.map((action) => (
        <ActionButton key={action._id} action={action} message={message} item={item} />
      ))}
    </div>
  );
}

function ActionButton({ action, message, item }: { action: Action; message: Message; item: Item | undefined }) {
  switch (action.type) {
    case 'link':
      return <LinkButton label={action.text} href={safeLink(action.uri)} />;
    case 'buy':
      return <BuyButton action={action} />;
    case 'webview':
      return <WebviewButton action={action} />;
    case 'share':
      return <ShareButton action={action} item={item} />;
    case 'postback':
      return <PostbackButton action={action} message={message} />;
    default:
      return null;
  }
}

function LinkButton({ label, href }: { label: string; href: string | undefined }) {
  const ui = useUi();
  if (!href) return <span class="action off">{label}</span>;
  return (
    <a class="action" href={href} target="_blank" rel="noopener noreferrer">
      <span>{label}</span>
      <Icon name="out" flip />
      <span class="sr">{ui.text('ui.action.newTab')}</span>
    </a>
  );
}

function BuyButton({ action }: { action: Action }) {
  const ui = useUi();
  const amount = money(action.amount ?? 0, action.currency, ui.locale);
  if (action.state === 'paid') {
    return (
      <span class="action off">
        <Icon name="check" /> {ui.text('actionPaymentCompleted')} · {amount}
      </span>
    );
  }
  return <LinkButton label={ui.text('ui.action.pay', { label: action.text, amount })} href={safeLink(action.uri)} />;
}

function WebviewButton({ action }: { action: Action }) {
  const ui = useUi();
  return (
    <button type="button" class="action" aria-haspopup="dialog" onClick={() => ui.follow(action)}>
      {action.text}
    </button>
  );
}

function PostbackButton({ action, message }: { action: Action; message: Message }) {
  const ui = useUi();
  const [busy, run] = useBusy();
  return (
    <button type="button" class="action" aria-busy={busy} disabled={busy} onClick={() => run(() => ui.actions.act(action, message))}>
      {busy && <span class="spinner" />}
      {action.text}
    </button>
  );
}

function ShareButton({ action, item }: { action: Action; item: Item | undefined }) {
  const ui = useUi();
  const link = item?.actions.find((other) => other.uri && other.type !== 'share');
  const url = safeLink(action.uri) ?? safeLink(link?.uri) ?? safeMedia(item?.mediaUrl);
  if (!url) return null;
  const share = async () => {
    try {
      if (navigator.share) await navigator.share({ url, title: item?.title ?? '' });
      else {
        await navigator.clipboard.writeText(url);
        ui.say(ui.text('ui.action.copied'));
      }
    } catch {
      // the person changed their mind
    }
  };
  return (
    <button type="button" class="action" onClick={share}>
      <Icon name="share" />
      {action.text || ui.text('ui.action.share')}
    </button>
  );
}

/** The suggested answers of the newest message. */
export function QuickReplies({ message }: { message: Message }) {
  const ui = useUi();
  const [busy, run] = useBusy();
  const replies = (message.actions ?? []).filter(quick);
  if (!replies.length) return null;
  return (
    <div class="replies" role="group" aria-label={ui.text('ui.replies.label')}>
      {replies.map((action) => (
        <button key={action._id} type="button" class="reply" disabled={busy} onClick={() => run(() => ui.actions.act(action, message))}>
          {action.type === 'locationRequest' && <Icon name="pin" />}
          {safeMedia(action.iconUrl) && <img src={safeMedia(action.iconUrl)} alt="" />}
          {action.text}
        </button>
      ))}
    </div>
  );
}

/** Keeps a button from being pressed twice: busy while the act goes on, and for a second at least. */
function useBusy(): [boolean, (act: () => unknown) => void] {
  const [busy, set] = useState(false);
  const alive = useRef(true);
  useEffect(() => () => void (alive.current = false), []);
  const run = (act: () => unknown) => {
    set(true);
    const pause = new Promise((done) => setTimeout(done, 1000));
    const ended = () => pause.then(() => alive.current && set(false));
    Promise.resolve(act()).then(ended, ended);
  };
  return [busy, run];
}
