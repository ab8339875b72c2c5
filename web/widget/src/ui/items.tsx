import { useEffect, useRef, useState } from 'preact/hooks';
import type { Item, Message } from '../model';
import { ActionList } from './action';
import { useUi } from './context';
import { IconButton } from './icons';
import { Picture } from './media';
import { safeMedia } from './url';

/** Cards beside one another, to be swiped, scrolled, or moved by buttons. */
export function Carousel({ message }: { message: Message }) {
  const ui = useUi();
  const items = message.items ?? [];
  const track = useRef<HTMLUListElement>(null);
  const [ends, setEnds] = useState({ start: true, end: items.length < 2 });
  const measure = () => {
    const box = track.current;
    if (!box) return;
    const at = Math.abs(box.scrollLeft);
    const next = { start: at < 8, end: at + box.clientWidth > box.scrollWidth - 8 };
    setEnds((now) => (now.start === next.start && now.end === next.end ? now : next));
  };
  useEffect(measure, [items]);
  const move = (by: number) => {
    const card = track.current?.firstElementChild as HTMLElement | null;
    const forward = ui.dir === 'rtl' ? -by : by;
    track.current?.scrollBy({ left: forward * ((card?.offsetWidth ?? 220) + 12) });
  };
  const shape = message.displaySettings?.imageAspectRatio === 'square' ? 'square' : 'wide';
  return (
    <div class="carousel" role="group" aria-roledescription="carousel" aria-label={ui.text('ui.carousel.label')}>
      <ul class="track" ref={track} tabIndex={0} aria-label={ui.text('ui.carousel.label')} onScroll={measure}>
        {items.map((item, i) => (
          <li class="slide" key={item._id} aria-label={ui.text('ui.carousel.position', { index: i + 1, count: items.length })}>
            {item.mediaUrl && <Picture src={safeMedia(item.mediaUrl)} alt={item.altText ?? ''} shape={shape} />}
            <ItemText item={item} />
            <ActionList actions={item.actions} message={message} item={item} />
          </li>
        ))}
      </ul>
      {items.length > 1 && !(ends.start && ends.end) && (
        <div class="steps">
          <IconButton icon="back" flip label={ui.text('ui.carousel.previous')} disabled={ends.start} onClick={() => move(-1)} />
          <IconButton icon="forward" flip label={ui.text('ui.carousel.next')} disabled={ends.end} onClick={() => move(1)} />
        </div>
      )}
    </div>
  );
}

/** Entries below one another. */
export function List({ message }: { message: Message }) {
  const ui = useUi();
  return (
    <ul class="list" aria-label={ui.text('ui.list.label')}>
      {(message.items ?? []).map((item) => (
        <li key={item._id} class={item.size === 'large' ? 'entry large' : 'entry'}>
          {item.mediaUrl && <Picture src={safeMedia(item.mediaUrl)} alt={item.altText ?? ''} shape={item.size === 'large' ? 'wide' : 'thumb'} />}
          <div class="entry-body">
            <ItemText item={item} />
            <ActionList actions={item.actions} message={message} item={item} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function ItemText({ item }: { item: Item }) {
  return (
    <div class="item-text" dir="auto">
      <strong>{item.title}</strong>
      {item.description && <span class="small">{item.description}</span>}
    </div>
  );
}
