import { Component } from 'preact';
import type { Message } from '../model';
import { bare, Content } from './content';
import { useUi } from './context';
import { clock, dayLabel, iso, moment } from './format';
import type { Row } from './group';
import { Icon } from './icons';
import { safeMedia } from './url';

export interface RowProps {
  row: Row;
  day: number; // when today began: the label of a day depends on it
  seen: boolean; // by the business
  newestOwn: boolean;
  author: string;
  icon: string | undefined;
}

const watched = ['ui', 'day', 'seen', 'newestOwn', 'author', 'icon'] as const;

/** A message with all that stands around it. Drawn again only when something of it changed. */
export class RowView extends Component<RowProps & { ui: unknown }> {
  override shouldComponentUpdate(next: RowProps & { ui: unknown }) {
    const now = this.props;
    const [a, b] = [now.row, next.row];
    const sameRow = a.message === b.message && a.first === b.first && a.last === b.last && a.startsDay === b.startsDay && a.startsUnread === b.startsUnread;
    return !sameRow || watched.some((key) => now[key] !== next[key]);
  }
  override render() {
    return <RowContent {...this.props} />;
  }
}

function RowContent({ row, day, seen, newestOwn, author, icon }: RowProps) {
  const ui = useUi();
  const { message, first, last } = row;
  const own = message.role === 'appUser';
  const name = message.name || author;
  const classes = ['row', own ? 'own' : 'theirs', first && 'first', last && 'last', message.state].filter(Boolean).join(' ');
  return (
    <li class={classes} data-key={row.key}>
      {row.startsDay && (
        <p class="divider">
          <span>{dayLabel(message.received, day, ui.locale)}</span>
        </p>
      )}
      {row.startsUnread && (
        <p class="divider unread">
          <span>{ui.text('ui.log.unread')}</span>
        </p>
      )}
      {first && !own && name && (
        <p class="author" aria-hidden="true">
          <bdi>{name}</bdi>
        </p>
      )}
      <div class="line">
        {!own && <Avatar show={last} url={message.avatarUrl ?? icon} name={name} />}
        <div class={bare(message) ? 'bare' : `bubble is-${message.type}`}>
          <span class="sr">{ui.text('ui.message.from', { name: own ? ui.text('ui.message.you') : name })}</span>
          <Content message={message} />
        </div>
      </div>
      {(last || message.state) && <Facts message={message} seen={seen} newestOwn={newestOwn} />}
    </li>
  );
}

export function Avatar({ show, url, name }: { show: boolean; url: string | undefined; name: string }) {
  const src = safeMedia(url);
  if (!show) return <span class="avatar" aria-hidden="true" />;
  if (src) return <img class="avatar" src={src} alt="" />;
  return (
    <span class="avatar letter" aria-hidden="true">
      {Array.from(name.trim())[0] ?? <Icon name="chat" />}
    </span>
  );
}

function Facts({ message, seen, newestOwn }: { message: Message; seen: boolean; newestOwn: boolean }) {
  const ui = useUi();
  if (message.state === 'failed') {
    return (
      <p class="facts failed">
        <Icon name="alert" />
        <span>{ui.text('ui.message.failed')}</span>
        <button type="button" class="text-button" onClick={() => ui.actions.retry(message)}>
          {ui.text('ui.message.retry')}
        </button>
        <button type="button" class="text-button" onClick={() => ui.actions.discard(message)}>
          {ui.text('ui.message.discard')}
        </button>
      </p>
    );
  }
  const time = (
    <time dateTime={iso(message.received)} title={moment(message.received, ui.locale)}>
      {clock(message.received, ui.locale)}
    </time>
  );
  if (message.state === 'sending') return <p class="facts">{ui.text('messageSending')}</p>;
  return (
    <p class="facts">
      {time}
      {newestOwn && (
        <>
          <span aria-hidden="true">·</span>
          <Icon name={seen ? 'seen' : 'check'} />
          {ui.text(seen ? 'messageSeen' : 'messageDelivered')}
        </>
      )}
    </p>
  );
}
