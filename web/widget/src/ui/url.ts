/**
 * Addresses come from outside. What is not one of the few schemes is refused:
 * no javascript:, no data:, nothing relative to the page.
 */

const links = ['http:', 'https:', 'mailto:', 'tel:'];
const media = ['http:', 'https:', 'blob:'];

function allowed(url: string | undefined, schemes: string[]): string | undefined {
  if (!url) return undefined;
  try {
    const parsed = new URL(url);
    return schemes.includes(parsed.protocol) ? parsed.href : undefined;
  } catch {
    return undefined;
  }
}

/** What a person may be led to. */
export const safeLink = (url: string | undefined) => allowed(url, links);

/** What may be shown as an image, or downloaded. */
export const safeMedia = (url: string | undefined) => allowed(url, media);

/** What may be shown in a frame: of another origin than the page, so that the sandbox holds. */
export function safeFrame(url: string | undefined, pageOrigin: string): string | undefined {
  const link = allowed(url, ['https:', 'http:']);
  if (!link) return undefined;
  const { origin, protocol } = new URL(link);
  const mixed = protocol === 'http:' && pageOrigin.startsWith('https:');
  return origin === pageOrigin || mixed ? undefined : link;
}

/** The name of the file behind an address, for want of a better one. */
export function fileName(url: string | undefined): string {
  try {
    const last = new URL(url ?? '').pathname.split('/').pop() ?? '';
    return decodeURIComponent(last);
  } catch {
    return '';
  }
}
