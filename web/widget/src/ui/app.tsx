import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Action, Message, Store } from '../model';
import { useAnnouncer } from './announce';
import { UiContext, type Overlay, type Ui } from './context';
import { palette } from './contrast';
import { useMedia, useModel, usePrevious } from './hooks';
import { Launcher, Teaser } from './launcher';
import { OverlayView } from './overlay';
import { Panel } from './panel';
import type { Told } from './strips';
import { safeFrame, safeLink } from './url';

interface Props {
  root: ShadowRoot;
  store: Store;
  /** What the outside may ask for: the focus. */
  handle: { focus(): void };
}

const nothing: Message[] = [];

export function App({ root, store, handle }: Props) {
  const model = useModel(store);
  const [overlay, show] = useState<Overlay | null>(null);
  const [told, tell] = useState<Told | null>(null);
  const [draft, setDraft] = useDraft(model.predefined);
  const open = model.open || model.embedded;
  const announcer = useAnnouncer(model, open);
  const focus = useFocus(root, open);
  handle.focus = focus.ask;

  const ui = useMemo<Ui>(
    () => ({
      text: model.text,
      locale: model.locale,
      dir: model.dir,
      actions: store.actions,
      root,
      show,
      say: announcer.say,
      tell: (kind, text) => tell({ kind, text }),
      follow: (action) => follow(action, show),
    }),
    [store, model.text, model.locale, model.dir],
  );
  useOpenOnReceive(open ? announcer.arrived : nothing, ui.follow);
  const teaser = open || model.unread === 0 ? undefined : announcer.arrived[announcer.arrived.length - 1];

  const dark = useDark(model.theme);
  const colors = useMemo(() => palette(model.colors, dark), [model.colors, dark]);
  const toggle = () => {
    if (model.open) store.actions.close();
    else {
      focus.ask();
      store.actions.open();
    }
  };
  return (
    <UiContext.Provider value={ui}>
      <div class={`root ${dark ? 'dark' : 'light'}`} dir={model.dir} style={colors}>
        {open && <Panel model={model} draft={draft} setDraft={setDraft} told={told} tell={tell} takeFocus={focus.take} />}
        {!model.embedded && <Launcher model={model} toggle={toggle} />}
        {teaser && <Teaser model={model} message={teaser} open={toggle} dismiss={announcer.dismiss} />}
        {overlay && <OverlayView overlay={overlay} close={() => show(null)} />}
        <div class="sr" role="log" aria-live="polite" aria-label={model.text('ui.log.label')}>
          {announcer.lines.map((line) => (
            <p key={line.id}>{line.text}</p>
          ))}
        </div>
      </div>
    </UiContext.Provider>
  );
}

/** What is being written outlives the panel; what the page sets takes its place. */
function useDraft(predefined: string): [string, (text: string) => void] {
  const [draft, set] = useState(predefined);
  const before = usePrevious(predefined);
  useEffect(() => {
    if (before !== undefined && before !== predefined) set(predefined);
  }, [predefined]);
  return [draft, set];
}

function useDark(theme: 'auto' | 'light' | 'dark' | undefined): boolean {
  const preferred = useMedia('(prefers-color-scheme: dark)');
  return theme === 'dark' || (theme !== 'light' && preferred);
}

/**
 * The focus goes into the panel when a person opened it or the page asked, and
 * back to the launcher when it closes while the focus was inside.
 */
function useFocus(root: ShadowRoot, open: boolean) {
  const wanted = useRef(false);
  const [, redraw] = useState(0);
  const inside = useRef(false);
  const was = usePrevious(open);
  if (was && !open) inside.current = !!root.activeElement?.closest('.panel'); // which goes with this drawing
  useEffect(() => {
    if (was && !open && inside.current) root.querySelector<HTMLElement>('.launcher')?.focus();
  }, [open]);
  return useMemo(
    () => ({
      ask: () => {
        wanted.current = true;
        redraw((n) => n + 1);
      },
      take: () => {
        const now = wanted.current;
        wanted.current = false;
        return now;
      },
    }),
    [],
  );
}

/** Leads to where an action points: over the conversation where that can be, into a new tab else. */
function follow(action: Action, show: (overlay: Overlay) => void): void {
  const src = action.type === 'webview' ? safeFrame(action.uri, location.origin) : undefined;
  const elsewhere = safeLink(action.fallback) ?? safeLink(action.uri);
  if (src) show({ kind: 'page', src, title: action.text, elsewhere: elsewhere ?? src, size: action.size ?? 'full' });
  else if (elsewhere) window.open(elsewhere, '_blank', 'noopener,noreferrer');
}

/** A page that the business wants seen at once; never a tab, which nobody asked for. */
function useOpenOnReceive(arrived: Message[], follow: Ui['follow']): void {
  useEffect(() => {
    for (const message of arrived) {
      const action = message.actions?.find((a) => a.type === 'webview' && a.openOnReceive);
      if (action && safeFrame(action.uri, location.origin)) follow(action);
    }
  }, [arrived]);
}
