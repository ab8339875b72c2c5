import english from '../text/en.json';

export type Text = (key: string, values?: Record<string, string | number>) => string;

/** The catalogue, with the page's own texts before it. {name} is replaced by a value. */
export function catalogue(custom: Record<string, string> = {}): Text {
  const texts: Record<string, string> = { ...english, ...custom };
  return (key, values = {}) =>
    (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** Whether a locale's script runs from right to left. */
export function direction(locale: string): 'ltr' | 'rtl' {
  return /^(ar|arc|ckb|dv|fa|he|iw|ks|ps|sd|ug|ur|yi)\b|-(arab|hebr)\b/i.test(locale) ? 'rtl' : 'ltr';
}
