/** Drawn on a grid of 24, in the colour of the text around. */
const paths = {
  chat: 'M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-5 4.5V16a2 2 0 0 1-2-2z',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M6 9.5l6 6 6-6',
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
  more: 'M12 5h.01M12 12h.01M12 19h.01',
  send: 'M4.5 12L20 4.5 14.5 20l-3-6.5zM11.5 13.5L20 4.5',
  attach: 'M19 11.5l-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l8.2-8.2a3.1 3.1 0 0 1 4.4 4.4l-8.1 8.1a1.5 1.5 0 0 1-2.2-2.2l7.4-7.4',
  image: 'M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM4.5 17l4.5-5 4 4 2.5-2.5L20 17M15.5 8.5h.01',
  file: 'M13.5 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7.5zM13.5 3v4.5H18',
  pin: 'M12 21s7-6.4 7-11.5A7 7 0 0 0 5 9.5C5 14.6 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  seen: 'M2.5 12.5l4.5 4.5 9-9.5M12 16.5l.5.5 9-9.5',
  alert: 'M12 3.5L22 20H2zM12 10v4.5M12 17.3h.01',
  out: 'M10 5H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-4M14 4h6v6M20 4l-9 9',
  bell: 'M6 10a6 6 0 0 1 12 0v4l1.5 3h-15L6 14zM10 20a2.2 2.2 0 0 0 4 0',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20h14',
  share: 'M8.5 10.5l7-4M8.5 13.5l7 4M6 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18 21.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
};

export type IconName = keyof typeof paths;

export function Icon({ name, flip }: { name: IconName; flip?: boolean }) {
  return (
    <svg class={flip ? 'icon flip' : 'icon'} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

interface ButtonProps {
  icon: IconName;
  label: string;
  onClick(event: MouseEvent): void;
  class?: string;
  flip?: boolean;
  disabled?: boolean;
}

/** A button that shows an icon only, and says what it does. */
export function IconButton({ icon, label, onClick, class: extra = '', flip, disabled }: ButtonProps) {
  return (
    <button type="button" class={`icon-button ${extra}`} aria-label={label} title={label} disabled={disabled} onClick={onClick}>
      <Icon name={icon} flip={flip} />
    </button>
  );
}
