import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Message, Model } from '../model';
import { QuickReplies } from './action';
import { useUi } from './context';
import { arrivedSince, keyOf, rowsOf } from './group';
import { useListener } from './hooks';
import { Icon } from './icons';
import { PrechatView } from './prechat';
import { Avatar, RowView } from './row';
import { useScroll, useWindow } from './scroll';

interface Props {
  model: Model;
  unreadKey: string | null;
}

/** The conversation. */
export function Log({ model, unreadKey }: Props) {
  const ui = useUi();
  const { messages, conversation } = model;
  const more = useRef<() => void>(() => undefined);
  const scroll = useScroll(() => more.current());
  const part = useWindow(messages, scroll.atEnd);
  const load = () => {
    if (!part.grow() && model.hasMore && !model.loadingMore) ui.actions.loadOlder();
  };
  more.current = load;
  useFill(model, scroll.box, load);

  const rows = useMemo(
    () => rowsOf(messages.slice(part.start), unreadKey, messages[part.start - 1]),
    [messages, part.start, unreadKey],
  );
  const newest = messages[messages.length - 1];
  const newestOwn = lastOwn(messages);
  const fresh = useFresh(messages, scroll);
  useRead(model, scroll.atEnd);
  const empty = messages.length === 0 && !model.typing && !model.prechat;
  const today = new Date().setHours(0, 0, 0, 0) / 1000;

  return (
    <div class="log">
      <div class="scroller" ref={scroll.box} role="region" aria-label={ui.text('ui.log.label')} tabIndex={0} onScroll={scroll.onScroll}>
        <div class={messages.length ? 'rows' : model.prechat ? 'rows asking' : 'rows nothing'}>
          {(model.hasMore || part.start > 0) && (
            <Older loading={model.loadingMore} load={load} home={scroll.box} />
          )}
          {empty && (
            <p class="empty">
              <Icon name="chat" />
              {ui.text('ui.log.empty')}
            </p>
          )}
          <ol class="messages" role="list">
            {rows.map((row) => (
              <RowView
                key={row.key}
                ui={ui}
                row={row}
                day={today}
                newestOwn={row.message === newestOwn}
                seen={row.message === newestOwn && (conversation?.appMakerLastRead ?? 0) >= row.message.received}
                author={model.businessName}
                icon={model.businessIconUrl}
              />
            ))}
          </ol>
          {model.typing && <Typing model={model} />}
          {newest?.role === 'appMaker' && <QuickReplies key={newest._id} message={newest} />}
          {model.prechat && <PrechatView prechat={model.prechat} name={model.businessName} icon={model.businessIconUrl} />}
        </div>
      </div>
      {!scroll.atEnd && (
        <button type="button" class="pill" onClick={() => scroll.toEnd(true)}>
          <Icon name="down" />
          <span class={fresh ? '' : 'sr'}>{fresh ? ui.text('ui.log.fresh', { count: fresh }) : ui.text('ui.log.newest')}</span>
        </button>
      )}
    </div>
  );
}

/**
 * Asks for what was said before. It stays the same button while that is loaded,
 * and leaves the focus to the log when it goes: the keyboard must not lose its place.
 */
function Older({ loading, load, home }: { loading: boolean; load: () => void; home: { current: HTMLElement | null } }) {
  const ui = useUi();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(
    () => () => {
      const own = button.current;
      if (own && (own.getRootNode() as ShadowRoot).activeElement === own) home.current?.focus({ preventScroll: true });
    },
    [],
  );
  return (
    <p class="older">
      <button ref={button} type="button" class="text-button" aria-busy={loading} aria-disabled={loading} onClick={() => loading || load()}>
        {loading && <span class="spinner" />} {ui.text(loading ? 'fetchingHistory' : 'fetchHistory')}
      </button>
    </p>
  );
}

function Typing({ model }: { model: Model }) {
  const ui = useUi();
  const name = model.typing?.name || model.businessName;
  return (
    <div class="row theirs typing">
      <div class="line">
        <Avatar show url={model.typing?.avatarUrl ?? model.businessIconUrl} name={name} />
        <div class="bubble">
          <span class="sr">{ui.text('ui.message.typing', { name })}</span>
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
        </div>
      </div>
    </div>
  );
}

/** What of this device's person is the newest that is there: the one whose fate is shown. */
function lastOwn(messages: Message[]): Message | undefined {
  for (let i = messages.length - 1; i >= 0; i--) {
    const m = messages[i] as Message;
    if (m.role === 'appUser' && !m.state) return m;
  }
  return undefined;
}

/** Follows what this person says, and counts what came while they were reading further up. */
function useFresh(messages: Message[], scroll: { atEnd: boolean; toEnd(): void }): number {
  const newest = messages[messages.length - 1];
  const key = newest ? keyOf(newest) : null;
  const last = useRef(key);
  const left = useRef(key); // the newest when the person left the end
  const [count, setCount] = useState(0);
  useEffect(() => {
    const own = newest?.role === 'appUser' && newest.state === 'sending';
    if (key !== last.current && (own || scroll.atEnd)) scroll.toEnd();
    last.current = key;
    if (scroll.atEnd) left.current = key;
    setCount(scroll.atEnd ? 0 : arrivedSince(messages, left.current).length);
  }, [key, scroll.atEnd]);
  return count;
}

/** Says that the newest message was read, once a person can have read it. */
function useRead(model: Model, atEnd: boolean): void {
  const ui = useUi();
  const read = () => {
    if (atEnd && model.unread > 0 && document.visibilityState === 'visible' && document.hasFocus()) ui.actions.read();
  };
  useEffect(read, [model.messages, model.unread, atEnd]);
  useListener('focus', read);
}

/** Fetches more history while there is room for it, once for every page that came. */
function useFill(model: Model, box: { current: HTMLDivElement | null }, load: () => void): void {
  const asked = useRef(-1);
  const { messages, hasMore, loadingMore } = model;
  useEffect(() => {
    const el = box.current;
    if (!el || !hasMore || loadingMore || asked.current === messages.length || messages.length === 0) return;
    if (el.scrollHeight > el.clientHeight) return;
    asked.current = messages.length;
    load();
  }, [messages.length, hasMore, loadingMore]);
}
