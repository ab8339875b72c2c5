import { useState } from 'preact/hooks';
import type { Message } from '../model';
import { useUi } from './context';
import { bytes } from './format';
import { Icon } from './icons';
import { fileName, safeMedia } from './url';

/** A picture that keeps its room while it loads, and says so when it cannot be shown. */
export function Picture({ src, alt, shape, name = alt }: { src: string | undefined; alt: string; shape: string; name?: string }) {
  const ui = useUi();
  const [state, set] = useState<'loading' | 'shown' | 'failed'>('loading');
  if (!src || state === 'failed') {
    return (
      <span class={`picture ${shape} failed`}>
        <Icon name="image" />
        <span>{name || ui.text('imagePreviewNotAvailable')}</span>
      </span>
    );
  }
  return (
    <span class={`picture ${shape} ${state}`}>
      <img src={src} alt={alt} decoding="async" draggable={false} onLoad={() => set('shown')} onError={() => set('failed')} />
    </span>
  );
}

/** An image that a person can look at larger. */
export function ImageView({ message }: { message: Message }) {
  const ui = useUi();
  const src = safeMedia(message.mediaUrl);
  const alt = message.altText || ui.text('ui.image.alt');
  if (!src) return <Picture src={undefined} alt={alt} shape="photo" />;
  return (
    <>
      <button
        type="button"
        class="photo-button"
        aria-haspopup="dialog"
        aria-label={ui.text('ui.image.view', { name: alt })}
        onClick={() => ui.show({ kind: 'image', src, alt })}
      >
        <Picture src={src} alt="" name={alt} shape="photo" />
      </button>
      <Progress message={message} />
    </>
  );
}

/** A file: its name, its size, and the way to get it. */
export function FileView({ message }: { message: Message }) {
  const ui = useUi();
  const href = safeMedia(message.mediaUrl);
  const name = message.altText || fileName(message.mediaUrl) || ui.text('ui.file.name');
  const body = (
    <>
      <span class="file-icon">
        <Icon name="file" />
      </span>
      <span class="file-facts">
        <bdi class="file-name">{name}</bdi>
        {message.mediaSize !== undefined && <span class="small">{bytes(message.mediaSize, ui.locale)}</span>}
      </span>
    </>
  );
  return (
    <>
      {href && !message.state ? (
        <a class="file" href={href} target="_blank" rel="noopener noreferrer" download={name} aria-label={ui.text('ui.file.download', { name })}>
          {body}
          <Icon name="download" />
        </a>
      ) : (
        <span class="file">{body}</span>
      )}
      <Progress message={message} />
    </>
  );
}

function Progress({ message }: { message: Message }) {
  const ui = useUi();
  if (message.state !== 'sending' || message.progress === undefined) return null;
  return <progress max={1} value={message.progress} aria-label={ui.text('ui.file.uploading')} />;
}
