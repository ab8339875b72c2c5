import { safeLink } from './url';

export type Piece = string | { text: string; href: string };

// No look-behind: browsers that are still in use refuse the whole script for it.
const candidate = /(?:https?:\/\/|www\.|mailto:|tel:)[^\s<>"]+|[a-z0-9._%+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi;
const wordBefore = /[\p{L}\p{N}_@/]$/u;
const pairs: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** Text with what is an address in it set apart. What is joined again is the text. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(candidate)) {
    const at = match.index ?? 0;
    if (at < done || wordBefore.test(text.slice(Math.max(0, at - 2), at))) continue;
    const shown = trim(match[0]);
    const href = target(shown);
    if (!href) continue;
    if (at > done) pieces.push(text.slice(done, at));
    pieces.push({ text: shown, href });
    done = at + shown.length;
  }
  if (done < text.length) pieces.push(text.slice(done));
  return pieces;
}

/** Without the punctuation of the sentence that the address stands in. */
function trim(found: string): string {
  let end = found.length;
  while (end > 0) {
    const last = found[end - 1] as string;
    const opening = pairs[last];
    if (opening) {
      const head = found.slice(0, end);
      if (head.split(opening).length >= head.split(last).length) break;
    } else if (!/[.,;:!?'"’”»*_~]/.test(last)) {
      break;
    }
    end--;
  }
  return found.slice(0, end);
}

function target(shown: string): string | undefined {
  if (/^www\./i.test(shown)) return /^www\.[^./]+\./i.test(shown) ? safeLink('https://' + shown) : undefined;
  if (/^(mailto|tel):.+/i.test(shown) || /^https?:\/\/[^/]/i.test(shown)) return safeLink(shown);
  return shown.includes('@') && !/^(mailto|tel|https?):/i.test(shown) ? safeLink('mailto:' + shown) : undefined;
}
