import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { moveInMenu } from './focus';
import { Icon, IconButton, type IconName } from './icons';

export interface Entry {
  key: string;
  icon: IconName;
  label: string;
  choose(): void;
  disabled?: boolean;
}

interface Props {
  icon: IconName;
  label: string;
  entries: Entry[];
  class?: string;
  children?: ComponentChildren;
}

/** A button that opens a menu: arrows move, Escape and a click elsewhere close. */
export function Menu({ icon, label, entries, class: extra = '', children }: Props) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = () => box.current?.querySelector<HTMLElement>('button');

  useEffect(() => {
    if (!open) return undefined;
    box.current?.querySelector<HTMLElement>('[role=menuitem]:not(:disabled)')?.focus();
    const elsewhere = (event: Event) => {
      if (!event.composedPath().includes(box.current as EventTarget)) setOpen(false);
    };
    document.addEventListener('pointerdown', elsewhere, true);
    return () => document.removeEventListener('pointerdown', elsewhere, true);
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      setOpen(false);
      button()?.focus();
    } else if (event.key === 'Tab') {
      setOpen(false);
    } else if (box.current) {
      moveInMenu(event, box.current);
    }
  };
  return (
    <div class={`menu ${extra}`} ref={box} onKeyDown={onKeyDown}>
      <button
        type="button"
        class="icon-button"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name={icon} />
      </button>
      {open && (
        <div class="menu-list" role="menu" aria-label={label}>
          {entries.map((entry) => (
            <button
              key={entry.key}
              type="button"
              role="menuitem"
              tabIndex={-1}
              disabled={entry.disabled}
              onClick={() => {
                setOpen(false);
                button()?.focus();
                entry.choose();
              }}
            >
              <Icon name={entry.icon} />
              <span>{entry.label}</span>
            </button>
          ))}
        </div>
      )}
      {children}
    </div>
  );
}

/** A menu, or its only entry as a button of its own; nothing where there is none. */
export function MenuOrButton(props: Props) {
  const [only, another] = props.entries;
  if (!only) return null;
  if (another) return <Menu {...props} />;
  return (
    <div class={props.class}>
      <IconButton icon={only.icon} label={only.label} onClick={only.choose} />
      {props.children}
    </div>
  );
}
