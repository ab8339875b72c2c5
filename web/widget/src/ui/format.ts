/** Numbers and times as the person's language writes them. */

function of<T>(locale: string, make: (locale: string) => T): T {
  try {
    return make(locale);
  } catch {
    return make('en'); // the locale comes from the page and may be none
  }
}

/** No moment that JavaScript cannot tell is worth a page that breaks. */
const date = (received: number) => new Date(Math.abs(received) < 8.64e12 ? received * 1000 : 0);

/** For machines. */
export const iso = (received: number) => date(received).toISOString();

/** The hour and minute. */
export function clock(received: number, locale: string): string {
  return of(locale, (l) => new Intl.DateTimeFormat(l, { hour: 'numeric', minute: '2-digit' }).format(date(received)));
}

/** Day and time in full. */
export function moment(received: number, locale: string): string {
  return of(locale, (l) => new Intl.DateTimeFormat(l, { dateStyle: 'full', timeStyle: 'short' }).format(date(received)));
}

/** The same text for every moment of one calendar day where the person is. */
export function dayOf(received: number): string {
  const d = date(received);
  return `${d.getFullYear()}-${d.getMonth()}-${d.getDate()}`;
}

/** "today", "yesterday", a day of the week within the last six, then the date. */
export function dayLabel(received: number, now: number, locale: string): string {
  const midnight = (s: number) => date(s).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(now) - midnight(received)) / 86_400_000);
  const style: Intl.DateTimeFormatOptions =
    days < 7 ? { weekday: 'long' } : { day: 'numeric', month: 'long', ...(days > 300 && { year: 'numeric' }) };
  return of(locale, (l) =>
    days >= 0 && days < 2
      ? new Intl.RelativeTimeFormat(l, { numeric: 'auto' }).format(-days, 'day')
      : new Intl.DateTimeFormat(l, style).format(date(received)),
  );
}

/** The size of a file. */
export function bytes(size: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const step = Math.min(3, size < 1000 ? 0 : Math.floor(Math.log10(size) / 3));
  const value = size / 1000 ** step;
  const digits = step && value < 10 ? 1 : 0;
  return of(locale, (l) =>
    new Intl.NumberFormat(l, { style: 'unit', unit: units[step] as string, unitDisplay: step ? 'short' : 'long', maximumFractionDigits: digits }).format(value),
  );
}

/** An amount of money in its smallest unit: 2500 of usd is $25.00. */
export function money(amount: number, currency: string | undefined, locale: string): string {
  const style = (l: string, code: string) => new Intl.NumberFormat(l, { style: 'currency', currency: code });
  try {
    const format = of(locale, (l) => style(l, (currency || 'usd').toUpperCase()));
    return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return `${amount / 100} ${currency}`; // no currency that anybody knows
  }
}
