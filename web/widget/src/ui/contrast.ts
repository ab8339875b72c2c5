/** Colours that a business chose, made readable whatever they are (WCAG 2, 4.5 to 1). */

type Rgb = [number, number, number];

const white = '#ffffff';
const black = '#000000';

/** The grounds that text stands on, in both themes; style/base.css has the same. */
export const grounds = {
  light: ['#ffffff', '#eef1f4'],
  dark: ['#12171d', '#222a33'],
} as const;

/** '#abc', 'aabbcc' and '#aabbcc' as numbers; null for what is no colour. */
export function parse(hex: string): Rgb | null {
  const digits = hex.trim().replace(/^#/, '');
  const long = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  if (!/^[0-9a-f]{6}$/i.test(long)) return null;
  const n = parseInt(long, 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** Relative luminance, 0 to 1. */
export function luminance(hex: string): number {
  const [r, g, b] = (parse(hex) ?? [0, 0, 0]).map((v) => {
    const c = v / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The contrast of two colours, 1 to 21. */
export function ratio(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** White, or black where white would not be readable: one of them always is. */
export function ink(ground: string): string {
  return ratio(white, ground) >= 4.5 ? white : black;
}

/** A colour to fill with. One that nearly carries white text is darkened until it does. */
export function fill(colour: string): string {
  return ratio(white, colour) >= 2.8 ? readable(colour, [white]) : colour;
}

/** The colour, moved towards black or white until it can be read on every ground. */
export function readable(colour: string, on: readonly string[], least = 4.5): string {
  const from = parse(colour) ?? [0, 0, 0];
  const target = luminance(on[0] ?? white) > 0.5 ? 0 : 255;
  for (let step = 0; step <= 20; step++) {
    const mixed = hex(from.map((v) => v + ((target - v) * step) / 20) as Rgb);
    if (on.every((ground) => ratio(mixed, ground) >= least)) return mixed;
  }
  return target ? white : black;
}

function hex(rgb: Rgb): string {
  return '#' + rgb.map((v) => Math.round(v).toString(16).padStart(2, '0')).join('');
}

/** What the style sheets take from the colours of the integration. */
export function palette(colors: { brand: string; conversation: string; action: string }, dark: boolean): Record<string, string> {
  const valid = (colour: string) => hex(parse(colour) ?? [0x1f, 0x5f, 0xbf]);
  const [brand, mine] = [fill(valid(colors.brand)), fill(valid(colors.conversation))];
  const action = valid(colors.action);
  const on = dark ? grounds.dark : grounds.light;
  return {
    '--brand': brand,
    '--on-brand': ink(brand),
    '--mine': mine,
    '--on-mine': ink(mine),
    '--mine-line': ratio(mine, on[0]) < 1.3 ? readable(mine, on, 1.6) : mine,
    '--action': fill(action),
    '--on-action': ink(fill(action)),
    '--action-line': readable(action, on, 3),
    '--action-ink': readable(action, on),
  };
}
