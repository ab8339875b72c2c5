import { useEffect, useRef, useState } from 'preact/hooks';
import type { Model } from '../model';
import { Composer } from './composer';
import { useUi } from './context';
import { trapTab } from './focus';
import { bytes } from './format';
import { firstUnread, keyOf } from './group';
import { Header } from './header';
import { useMedia, useViewport } from './hooks';
import { Icon } from './icons';
import { Log } from './log';
import { safeMedia } from './url';
import { ConnectionStrip, NoticeStrip, PushInvitation, type Told } from './strips';

const mostFiles = 10; // that are sent in one go

interface Props {
  model: Model;
  draft: string;
  setDraft(text: string): void;
  told: Told | null;
  tell(told: Told | null): void;
  takeFocus(): boolean;
}

/** The messenger itself: a card in the corner, the whole screen of a phone, or a part of the page. */
export function Panel({ model, draft, setDraft, told, tell, takeFocus }: Props) {
  const ui = useUi();
  const panel = useRef<HTMLDivElement>(null);
  const small = useMedia('(max-width: 480px), (max-height: 480px)');
  const whole = small && !model.embedded;
  const unreadKey = useUnread(model);
  const drop = useDrop(model, (files) => sendFiles(files));
  useViewport(panel, whole);
  useEffect(() => {
    if (takeFocus()) focusInside(panel.current, whole);
  });

  const sendFiles = (files: Iterable<File>) => {
    for (const file of Array.from(files).slice(0, mostFiles)) {
      if (!model.menu.file && !file.type.startsWith('image/')) continue;
      if (file.size <= model.maxFileSize) ui.actions.sendFile(file);
      else tell({ kind: 'error', text: ui.text('fileTooLargeError', { size: bytes(model.maxFileSize, ui.locale) }) });
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !model.embedded && !event.isComposing) {
      event.stopPropagation();
      ui.actions.close();
    } else if (whole && panel.current) {
      trapTab(event, panel.current);
    }
  };
  const notice = told ?? model.notice;
  return (
    <div
      ref={panel}
      class={['panel', model.embedded ? 'embedded' : whole ? 'whole' : 'card'].join(' ')}
      role={model.embedded ? 'region' : 'dialog'}
      aria-modal={whole || undefined}
      aria-label={model.businessName || ui.text('ui.panel.label')}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      {...drop.handlers}
    >
      <Header model={model} />
      {model.fatal !== null ? (
        <div class="fatal" role="alert">
          <Icon name="alert" />
          <strong>{ui.text('ui.fatal.title')}</strong>
          <p dir="auto">{model.fatal}</p>
        </div>
      ) : (
        <>
          <ConnectionStrip connection={model.connection} />
          <NoticeStrip notice={notice} dismiss={() => (told ? tell(null) : ui.actions.dismissNotice())} />
          <Conversation model={model} unreadKey={unreadKey} />
          {model.askPush && model.push === 'default' && <PushInvitation />}
          <Foot model={model} draft={draft} setDraft={setDraft} sendFiles={sendFiles} />
        </>
      )}
      {drop.over && (
        <div class="drop">
          <Icon name="attach" />
          {ui.text('ui.panel.drop')}
        </div>
      )}
    </div>
  );
}

function Conversation({ model, unreadKey }: { model: Model; unreadKey: string | null }) {
  const background = safeMedia(model.backgroundImageUrl);
  const style = background ? { backgroundImage: `url(${JSON.stringify(background)})` } : undefined;
  return (
    <div class="conversation" style={style}>
      <Log model={model} unreadKey={unreadKey} />
    </div>
  );
}

type FootProps = Parameters<typeof Composer>[0];

/** The composer, or why there is none. */
function Foot(props: FootProps) {
  const ui = useUi();
  const { messages, prechat } = props.model;
  if (prechat) return null;
  const form = messages.find((m) => m.type === 'form' && m.blockChatInput && !m.submitted);
  if (!form) return <Composer {...props} />;
  const show = () => {
    const row = ui.root.querySelector(`[data-key="${CSS.escape(keyOf(form))}"]`);
    row?.scrollIntoView({ block: 'nearest' });
    row?.querySelector<HTMLElement>('[data-field]')?.focus();
  };
  return (
    <div class="blocked">
      <p>{ui.text('inputPlaceholderBlocked')}</p>
      <button type="button" class="text-button" onClick={show}>
        {ui.text('ui.form.show')}
      </button>
    </div>
  );
}

/** Where the unread messages began, as long as the panel is open. What comes while somebody looks is not marked. */
function useUnread(model: Model): string | null {
  const [key, setKey] = useState(() => firstUnread(model.messages, model.unread));
  const unread = useRef(model.unread);
  useEffect(() => {
    const looking = document.visibilityState === 'visible' && document.hasFocus();
    if (model.unread > 0 && unread.current === 0 && !looking) setKey(firstUnread(model.messages, model.unread));
    unread.current = model.unread;
  }, [model.unread]);
  return key;
}

/** Files that are dragged onto the panel. */
function useDrop(model: Model, send: (files: FileList) => void) {
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const takes = (event: DragEvent) =>
    (model.menu.file || model.menu.image) && !model.prechat && model.fatal === null && !!event.dataTransfer?.types.includes('Files');
  const step = (by: number) => (event: DragEvent) => {
    if (!takes(event)) return;
    event.preventDefault();
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  const onDrop = (event: DragEvent) => {
    depth.current = 0;
    setOver(false);
    if (!takes(event) || !event.dataTransfer) return;
    event.preventDefault();
    send(event.dataTransfer.files);
  };
  const onDragOver = (event: DragEvent) => takes(event) && event.preventDefault();
  return { over, handlers: { onDragEnter: step(1), onDragLeave: step(-1), onDragOver, onDrop } };
}

/** To where writing starts; on a phone not, because the keyboard would cover what is to be read. */
function focusInside(panel: HTMLElement | null, phone: boolean): void {
  const writing = phone ? null : panel?.querySelector<HTMLElement>('textarea, [data-field]');
  (writing ?? panel)?.focus({ preventScroll: true });
}
