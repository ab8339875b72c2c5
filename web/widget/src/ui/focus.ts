const focusable = 'button:not(:disabled),a[href],input:not(:disabled),select:not(:disabled),textarea:not(:disabled),iframe,[tabindex="0"]';

const shown = (element: HTMLElement) => element.getClientRects().length > 0;

/** Keeps Tab inside the element while it covers everything else. */
export function trapTab(event: KeyboardEvent, inside: HTMLElement): void {
  if (event.key !== 'Tab') return;
  const stops = Array.from(inside.querySelectorAll<HTMLElement>(focusable)).filter(shown);
  const [first, last] = [stops[0], stops[stops.length - 1]];
  if (!first || !last) return;
  const now = (inside.getRootNode() as ShadowRoot).activeElement;
  if (event.shiftKey ? now === first || now === inside : now === last) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
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
