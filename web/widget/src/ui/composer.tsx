import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Model } from '../model';
import { useUi } from './context';
import { Icon } from './icons';
import { MenuOrButton, type Entry } from './menu';

const most = 4096; // characters of a message

interface Props {
  model: Model;
  draft: string;
  setDraft(text: string): void;
  sendFiles(files: Iterable<File>): void;
}

/** Where a person writes. Enter sends, Shift and Enter break the line. */
export function Composer({ model, draft, setDraft, sendFiles }: Props) {
  const ui = useUi();
  const area = useRef<HTMLTextAreaElement>(null);
  const left = most - draft.length;
  const ready = draft.trim() !== '' && left >= 0;
  useGrowth(area, draft);
  useEffect(() => () => ui.actions.typing(false), []);

  const write = (text: string) => {
    setDraft(text);
    ui.actions.typing(text.trim() !== '');
  };
  const send = () => {
    if (!ready) return;
    ui.actions.send(draft.trim());
    ui.actions.typing(false);
    setDraft('');
    area.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While characters are composed, Enter belongs to the input method (229 in Safari).
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = event.clipboardData?.files;
    if (!files?.length || !(model.menu.file || model.menu.image)) return;
    event.preventDefault();
    sendFiles(files);
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Attach model={model} sendFiles={sendFiles} />
      <div class="writing">
        <textarea
          ref={area}
          rows={1}
          value={draft}
          dir={draft ? 'auto' : ui.dir}
          enterkeyhint="send"
          placeholder={ui.text('inputPlaceholder')}
          aria-label={ui.text('inputPlaceholder')}
          aria-invalid={left < 0}
          aria-describedby={left <= 200 ? 'left' : undefined}
          onInput={(e) => write(e.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => ui.actions.typing(false)}
        />
        {left <= 200 && (
          <p id="left" class={left < 0 ? 'left error' : 'left'} role={left < 0 ? 'alert' : undefined}>
            {left < 0 ? ui.text('ui.composer.tooLong') : ui.text('ui.composer.left', { count: left })}
          </p>
        )}
      </div>
      <button type="submit" class="icon-button send" aria-label={ui.text('sendButtonText')} title={ui.text('sendButtonText')} disabled={!ready}>
        <Icon name="send" flip />
      </button>
    </form>
  );
}

/** As high as what is written, up to a limit of the style sheet. */
function useGrowth(area: { current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const el = area.current;
    if (!el) return;
    el.style.height = 'auto';
    if (el.scrollHeight) el.style.height = `${el.scrollHeight}px`; // there is none before the page places it
  }, [text]);
}

function Attach({ model, sendFiles }: { model: Model; sendFiles(files: Iterable<File>): void }) {
  const ui = useUi();
  const image = useRef<HTMLInputElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const entries: Entry[] = [];
  if (model.menu.image) entries.push({ key: 'image', icon: 'image', label: ui.text('uploadPhoto'), choose: () => image.current?.click() });
  if (model.menu.file) entries.push({ key: 'file', icon: 'attach', label: ui.text('uploadDocument'), choose: () => file.current?.click() });
  if (model.menu.location) entries.push({ key: 'location', icon: 'pin', label: ui.text('shareLocation'), choose: () => ui.actions.shareLocation() });
  const onChange = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    sendFiles(Array.from(input.files ?? []));
    input.value = ''; // the same file may be chosen again
  };
  return (
    <MenuOrButton icon="attach" label={ui.text('ui.attach')} entries={entries} class="attach">
      <input ref={image} type="file" accept="image/*" multiple hidden tabIndex={-1} onChange={onChange} />
      <input ref={file} type="file" multiple hidden tabIndex={-1} onChange={onChange} />
    </MenuOrButton>
  );
}
