import { useEffect, useRef } from 'preact/hooks';
import { useUi, type Overlay } from './context';
import { Icon, IconButton } from './icons';
import { Picture } from './media';

/** What covers the conversation until it is closed. The browser keeps the focus inside, and gives it back. */
export function OverlayView({ overlay, close }: { overlay: Overlay; close(): void }) {
  const ui = useUi();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const el = dialog.current;
    if (el && !el.open) el.showModal();
    return () => el?.close();
  }, []);
  const page = overlay.kind === 'page';
  const title = page ? overlay.title : overlay.alt;
  return (
    <dialog
      ref={dialog}
      class={page ? `overlay page ${overlay.size}` : 'overlay lightbox'}
      aria-label={title || ui.text('ui.webview.label')}
      onClose={close}
      onKeyDown={(event) => event.key === 'Escape' && event.stopPropagation()}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="overlay-bar">
        <p dir="auto">{title}</p>
        <a
          class="icon-button"
          href={page ? overlay.elsewhere : overlay.src}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={ui.text(page ? 'ui.webview.newTab' : 'ui.image.open')}
          title={ui.text(page ? 'ui.webview.newTab' : 'ui.image.open')}
        >
          <Icon name="out" flip />
        </a>
        <IconButton icon="close" label={ui.text('ui.dialog.close')} onClick={close} />
      </div>
      {page ? (
        <iframe
          src={overlay.src}
          title={title || ui.text('ui.webview.label')}
          sandbox="allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox"
          referrerpolicy="strict-origin-when-cross-origin"
        />
      ) : (
        <Picture src={overlay.src} alt={overlay.alt} shape="large" />
      )}
    </dialog>
  );
}
