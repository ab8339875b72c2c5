import type { Message, Model } from '../model';
import { spoken } from './content';
import { useUi } from './context';
import { Icon, IconButton } from './icons';
import { Avatar } from './row';
import { safeMedia } from './url';

interface Props {
  model: Model;
  toggle(): void;
}

/** What opens the conversation: a round button, or a tab at the edge of the page. */
export function Launcher({ model, toggle }: Props) {
  const ui = useUi();
  const tab = model.displayStyle === 'tab';
  const picture = safeMedia(model.buttonIconUrl);
  const label = [
    ui.text(model.open ? 'ui.launcher.close' : 'ui.launcher.open'),
    !model.open && model.unread > 0 && ui.text('ui.launcher.unread', { count: model.unread }),
  ];
  const size = tab ? undefined : { width: length(model.buttonWidth), height: length(model.buttonHeight) };
  return (
    <button
      type="button"
      class={`launcher ${tab ? 'tab' : 'round'} ${picture ? 'pictured' : ''}`}
      style={size}
      aria-label={tab && !model.open ? undefined : label.filter(Boolean).join('. ')}
      aria-haspopup="dialog"
      aria-expanded={model.open}
      onClick={toggle}
    >
      {model.open ? <Icon name="down" /> : picture ? <img src={picture} alt="" /> : <Icon name="chat" />}
      {tab && (
        <span class="tab-label">
          {model.businessName || ui.text('headerText')}
          {!model.open && <span class="sr">. {label.filter(Boolean).join('. ')}</span>}
        </span>
      )}
      {!model.open && model.unread > 0 && (
        <span class="badge" dir="ltr" aria-hidden="true">
          {model.unread > 99 ? '99+' : model.unread}
        </span>
      )}
    </button>
  );
}

/** The newest message, beside the launcher: what the business began is not only a number. */
export function Teaser({ model, message, open, dismiss }: { model: Model; message: Message; open(): void; dismiss(): void }) {
  const ui = useUi();
  const name = message.name || model.businessName;
  return (
    <div class={model.displayStyle === 'tab' ? 'teaser over-tab' : 'teaser'} role="region" aria-label={ui.text('ui.launcher.newest')}>
      <button type="button" class="teaser-open" onClick={open}>
        <Avatar show url={message.avatarUrl ?? model.businessIconUrl} name={name} />
        <span class="teaser-text">
          {name && <bdi class="small">{name}</bdi>}
          <span class="teaser-line" dir="auto">
            {spoken(message, ui.text)}
          </span>
        </span>
      </button>
      <IconButton icon="close" label={ui.text('ui.notice.dismiss')} onClick={dismiss} />
    </div>
  );
}

/** Plain lengths only: what else CSS knows has no business here. */
function length(css: string | undefined): string | undefined {
  if (!css) return undefined;
  const text = css.trim();
  if (/^\d{1,3}$/.test(text)) return `${text}px`;
  return /^\d{1,3}(\.\d+)?(px|rem|em|vw|vh)$/.test(text) ? text : undefined;
}
