import type { Message } from '../model';
import { ActionList } from './action';
import { useUi } from './context';
import { FormResponse, FormView } from './form';
import { Carousel, List } from './items';
import { LocationView } from './location';
import { FileView, ImageView } from './media';
import { RichText } from './rich-text';

/** Types that stand for themselves, without a bubble around. */
export const bare = (message: Message) => message.type === 'carousel';

/** What a message says, whatever its type. */
export function Content({ message }: { message: Message }) {
  const ui = useUi();
  switch (message.type) {
    case 'carousel':
      return <Carousel message={message} />;
    case 'list':
      return (
        <>
          <List message={message} />
          <ActionList actions={message.actions} message={message} />
        </>
      );
    case 'location':
      return <LocationView message={message} />;
    case 'form':
      return (
        <>
          {message.text && <RichText text={message.text} />}
          <FormView message={message} />
        </>
      );
    case 'formResponse':
      return <FormResponse message={message} />;
    case 'image':
      return (
        <>
          <ImageView message={message} />
          <Caption message={message} />
        </>
      );
    case 'file':
      return (
        <>
          <FileView message={message} />
          <Caption message={message} />
        </>
      );
    case 'text':
      return <Caption message={message} />;
    default: // a type that a later server knows
      return <RichText text={(message as Message).text || ui.text('unsupportedMessageType')} />;
  }
}

function Caption({ message }: { message: Message }) {
  const { text, altText, type } = message;
  const repeated = type !== 'text' && text === altText;
  return (
    <>
      {text && !repeated && <RichText text={text} />}
      <ActionList actions={message.actions} message={message} />
    </>
  );
}

/** A message in one line, for those who hear it. */
export function spoken(message: Message, text: (key: string) => string): string {
  const titles = (message.items ?? []).map((item) => item.title).join(', ');
  const word = { image: 'ui.image.alt', file: 'ui.file.name', location: 'ui.location.label', carousel: 'ui.carousel.label', list: 'ui.list.label' };
  const kind = word[message.type as keyof typeof word];
  const parts = [kind && text(kind), message.altText, titles || message.text, (message.fields ?? []).map((f) => f.label).join(', ')];
  return parts.filter(Boolean).join(': ') || text('unsupportedMessageType');
}
