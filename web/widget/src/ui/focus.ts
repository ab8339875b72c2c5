const focusable = 'button:not(:disabled),a[href],input:not(:disabled),select:not(:disabled),textarea:not(:disabled),iframe,[tabindex="0"]';

const shown = (element: HTMLElement) => element.getClientRects().length > 0;

/**
 * Keeps Tab inside the element while it covers everything else. Every step is
 * taken here: browsers stop at more places than can be listed, at areas that
 * scroll for instance, and the last of them would lead out.
 */
export function trapTab(event: KeyboardEvent, inside: HTMLElement): void {
  if (event.key !== 'Tab') return;
  const stops = Array.from(inside.querySelectorAll<HTMLElement>(focusable)).filter(shown);
  if (!stops.length) return;
  const now = (inside.getRootNode() as ShadowRoot).activeElement;
  const step = event.shiftKey ? -1 : 1;
  const at = now ? stops.indexOf(now as HTMLElement) : -1;
  event.preventDefault();
  stops[at < 0 ? (step < 0 ? stops.length - 1 : 0) : (at + step + stops.length) % stops.length]?.focus();
}

/** Moves the focus among the entries of an open menu. */
export function moveInMenu(event: KeyboardEvent, menu: HTMLElement): void {
  const entries = Array.from(menu.querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)'));
  const at = entries.indexOf((menu.getRootNode() as ShadowRoot).activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined || !entries.length) return;
  event.preventDefault();
  entries[(to + entries.length) % entries.length]?.focus();
}
