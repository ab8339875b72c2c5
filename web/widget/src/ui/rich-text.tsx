import { linkify } from './linkify';
import { useUi } from './context';

/** Text as it was written, line breaks and all, with its addresses to be followed. Never HTML. */
export function RichText({ text }: { text: string }) {
  const ui = useUi();
  return (
    <p class="text" dir="auto">
      {linkify(text).map((piece) =>
        typeof piece === 'string' ? (
          piece
        ) : (
          <a href={piece.href} target="_blank" rel="noopener noreferrer" title={ui.text('ui.action.newTab')}>
            {piece.text}
          </a>
        ),
      )}
    </p>
  );
}
