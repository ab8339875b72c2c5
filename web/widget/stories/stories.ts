import type { Action, Item, Message, Model } from '../src/model';
import { words } from './words';

type Story = (options: { rtl: boolean }) => Partial<Model>;

const media = (hue: number) => `${location.origin}/media/${hue}.svg`;
const page = () => `http://localhost:${location.port}/page`;

export function baseModel({ rtl, locale }: { rtl: boolean; locale: string }): Model {
  return {
    open: true, embedded: false, displayStyle: 'button', fixedHeader: false,
    businessName: rtl ? 'مقهى المنارة' : 'Lighthouse Coffee', businessIconUrl: media(200),
    colors: { brand: '#0b5a6f', conversation: '#0b7a75', action: '#0a6cb0' },
    locale, dir: rtl ? 'rtl' : 'ltr', text: words(rtl),
    menu: { image: true, file: true, location: true }, maxFileSize: 10_000_000,
    connection: 'online', user: { _id: 'u1' }, conversation: { _id: 'c1', unreadCount: 0 },
    messages: [], hasMore: false, loadingMore: false, unread: 0, typing: null, notice: null, predefined: '',
    prechat: null, proactive: true, push: 'default', askPush: false, fatal: null,
  };
}

const noon = new Date().setHours(12, 0, 0, 0) / 1000;
let counter = 0;

/** A message of the business (by a person of it), so many minutes before noon. */
function theirs(minutes: number, rest: Partial<Message>): Message {
  return { _id: `m${++counter}`, type: 'text', role: 'appMaker', received: noon - minutes * 60, name: 'Ana Keller', avatarUrl: media(20), ...rest };
}

function own(minutes: number, rest: Partial<Message>): Message {
  return { _id: `m${++counter}`, type: 'text', role: 'appUser', received: noon - minutes * 60, ...rest };
}

const action = (type: Action['type'], text: string, rest: Partial<Action> = {}): Action => ({ _id: `a${++counter}`, type, text, ...rest });
const item = (title: string, hue: number, rest: Partial<Item> = {}): Item => ({
  _id: `i${++counter}`, title, description: 'Washed, notes of apricot and honey, roasted last Tuesday', mediaUrl: media(hue), altText: title,
  actions: [action('postback', 'Order'), action('link', 'Read more', { uri: 'https://example.org/beans' })], ...rest,
});

const formFields: Message['fields'] = [
  { type: 'text', name: 'name', label: 'Your name', placeholder: 'As on the order' },
  { type: 'email', name: 'email', label: 'E-mail address', placeholder: 'name@example.com' },
  { type: 'select', name: 'size', label: 'Size of the bag', options: [{ name: 's', label: '250 g' }, { name: 'l', label: '1 kg' }] },
  { type: 'select', name: 'days', label: 'Days that suit you', selectSize: 2, options: [{ name: 'mo', label: 'Monday' }, { name: 'tu', label: 'Tuesday' }, { name: 'we', label: 'Wednesday' }] },
  { type: 'text', name: 'note', label: 'Anything else', minSize: 0, maxSize: 200 },
];

const talk = (): Message[] => [
  theirs(60 * 26, { text: 'Good morning! Your order #1042 has left the roastery.' }),
  theirs(60 * 26 - 1, { text: 'You can follow it at https://example.org/track/1042?lang=en (it updates every hour).' }),
  own(60 * 25, { text: 'Wonderful, thank you!' }),
  own(60 * 25 - 1, { text: 'Could you also tell me when the new Ethiopian is back? My sister asked me for it, and I would like to put both into one parcel.' }),
  theirs(30, { text: 'It is back today 🎉\nShall I add it?', name: 'Jun Sato', avatarUrl: undefined }),
  own(12, { text: 'Yes please' }),
  theirs(4, { text: 'Done. Write to hello@example.org or call tel:+41445550100 if anything is wrong.' }),
];

const arabicTalk = (): Message[] => [
  theirs(60 * 26, { text: 'صباح الخير! طلبكم رقم 1042 غادر المحمصة.', name: 'ليلى' }),
  theirs(60 * 26 - 1, { text: 'يمكنكم تتبعه على https://example.org/track/1042 في أي وقت.', name: 'ليلى' }),
  own(60 * 25, { text: 'رائع، شكرًا جزيلًا!' }),
  own(60 * 25 - 1, { text: 'Mixed text: متى يعود البن الإثيوبي؟' }),
  theirs(4, { text: 'لقد عاد اليوم 🎉', name: 'سامي', avatarUrl: undefined }),
];

const talkOf = (rtl: boolean) => (rtl ? arabicTalk() : talk());

export const stories: Record<string, Story> = {
  closed: () => ({ open: false, unread: 3 }),
  'closed-tab': () => ({ open: false, unread: 120, displayStyle: 'tab' }),
  empty: () => ({}),
  conversation: ({ rtl }) => ({ messages: talkOf(rtl), unread: 1, hasMore: true, conversation: { _id: 'c1', unreadCount: 1, appMakerLastRead: noon } }),
  typing: ({ rtl }) => ({ messages: talkOf(rtl).slice(0, 4), typing: { name: 'Ana Keller', avatarUrl: media(20) }, askPush: true }),
  media: () => ({
    messages: [
      theirs(9, { type: 'image', mediaUrl: media(300), altText: 'The roastery at dawn', text: 'This is where it comes from.' }),
      theirs(8, { type: 'image', mediaUrl: `${location.origin}/missing.png`, altText: 'A picture that is gone' }),
      theirs(7, { type: 'file', mediaUrl: 'https://example.org/files/invoice-2026-1042.pdf', mediaSize: 248_211, text: 'Your invoice' }),
      own(6, { type: 'image', mediaUrl: media(90), altText: 'my cup.jpg' }),
      own(5, { type: 'file', altText: 'A file with a rather long name that must break somewhere sensible.zip', mediaSize: 4_800_000, state: 'sending', nonce: 'up', _id: '', progress: 0.6 }),
    ],
  }),
  carousel: () => ({
    messages: [
      theirs(9, { text: 'Three that we like at the moment:' }),
      theirs(8, { type: 'carousel', items: [item('Ethiopia Guji', 30), item('Kenya Nyeri', 340, { description: undefined }), item('Colombia Huila with quite a long title', 120)] }),
      theirs(7, { type: 'carousel', displaySettings: { imageAspectRatio: 'square' }, items: [item('Just one', 250, { actions: [action('buy', 'Buy', { amount: 1450, currency: 'eur', uri: 'https://example.org/pay' }), action('share', 'Share')] })] }),
    ],
  }),
  list: () => ({ messages: [theirs(8, { type: 'list', items: [item('Ethiopia Guji', 30, { size: 'large' }), item('Kenya Nyeri', 340, { actions: [action('postback', 'Order')] }), item('Without a picture', 0, { mediaUrl: undefined })], actions: [action('link', 'All of them', { uri: 'https://example.org' })] })] }),
  location: () => ({
    messages: [
      own(9, { type: 'location', coordinates: { lat: 47.37689, long: 8.54169 } }),
      theirs(8, { type: 'location', coordinates: { lat: 47.37, long: 8.54 }, location: { name: 'Lighthouse Coffee, Quai', address: 'Quaistrasse 7, 8001 Zürich' } }),
      theirs(7, { text: 'Where are you now?', actions: [action('locationRequest', 'Send my location')] }),
    ],
  }),
  replies: () => ({ messages: [...talk(), theirs(1, { text: 'Was that what you were looking for?', actions: [action('reply', 'Yes, thank you', { payload: 'y', iconUrl: media(120) }), action('reply', 'Not quite', { payload: 'n' }), action('reply', 'I would rather talk to somebody on the telephone', { payload: 'c' })] })] }),
  actions: () => ({
    messages: [
      theirs(9, { text: 'Ready when you are.', actions: [action('postback', 'Track the parcel', { payload: 'track' }), action('link', 'Opening hours', { uri: 'https://example.org' }), action('webview', 'Choose a seat', { uri: page(), fallback: 'https://example.org/seats', size: 'tall' })] }),
      theirs(8, { text: 'Pay here', actions: [action('buy', 'Pay', { amount: 2500, uri: 'https://example.org/pay' }), action('buy', 'Pay', { amount: 900, currency: 'jpy', state: 'paid' }), action('link', 'A link that leads nowhere good', { uri: 'javascript:alert(1)' })] }),
    ],
  }),
  form: () => ({ messages: [theirs(9, { type: 'form', text: 'Please tell us where it goes.', fields: formFields, blockChatInput: true })] }),
  'form-sent': () => ({
    messages: [
      theirs(9, { type: 'form', fields: formFields, submitted: true }),
      own(8, { type: 'formResponse', fields: [{ type: 'text', name: 'name', label: 'Your name', text: 'Ana Example' }, { type: 'email', name: 'email', label: 'E-mail address', email: 'ana@example.org' }, { type: 'select', name: 'size', label: 'Size of the bag', select: [{ name: 'l', label: '1 kg' }] }] }),
    ],
  }),
  failed: ({ rtl }) => ({
    messages: [...talkOf(rtl).slice(0, 3), own(3, { _id: '', nonce: 'f1', state: 'failed', text: rtl ? 'هل وصلتكم رسالتي؟' : 'Did you get my message?' }), own(1, { _id: '', nonce: 'f2', state: 'sending', text: rtl ? 'مرحبًا' : 'Hello?' })],
    connection: 'offline', notice: { kind: 'error', text: 'The file could not be sent: it is larger than 10 MB.' },
  }),
  prechat: () => ({ prechat: { fields: [{ type: 'text', name: 'name', label: 'Your name' }, { type: 'email', name: 'email', label: 'E-mail address' }] } }),
  fatal: () => ({ fatal: 'This page is not among those that the messenger may be used on.' }),
  notice: () => ({ messages: talk(), notice: { kind: 'info', text: 'We will only write in answer to you.' }, connection: 'polling', predefined: 'I have a question about my order: ', proactive: false }),
  long: () => ({ messages: Array.from({ length: 3000 }, (_, i) => (i % 3 ? theirs : own)(3000 - i, { _id: `long${i}`, text: `Message ${i + 1}` })), hasMore: true }),
  hostile: () => ({
    businessName: '<img src=x onerror="window.pwned=1">',
    messages: [
      theirs(9, { name: '<script>window.pwned=1</script>', avatarUrl: 'javascript:window.pwned=1', text: '<img src=x onerror="window.pwned=1"> javascript:alert(1) data:text/html,x https://example.org/"onclick="window.pwned=1' }),
      theirs(8, { type: 'image', mediaUrl: 'javascript:window.pwned=1', altText: '"><svg onload="window.pwned=1">' }),
      theirs(7, { type: 'file', mediaUrl: 'data:text/html,<script>window.pwned=1</script>', altText: '<b onmouseover="window.pwned=1">invoice</b>.pdf' }),
      theirs(6, { text: 'Press', actions: [action('link', '<i>x</i>', { uri: 'javascript:window.pwned=1' }), action('webview', 'Frame', { uri: 'data:text/html,<script>parent.pwned=1</script>', fallback: 'javascript:window.pwned=1' }), action('buy', 'Buy', { amount: 1, currency: '<b>', uri: 'vbscript:x' })] }),
      theirs(5, { type: 'hologram' as Message['type'], text: 'Of a type that this version does not know' }),
      theirs(4, { type: 'location', coordinates: { lat: 1e9, long: NaN }, location: { name: '<b>' } }),
      theirs(3, { received: NaN, text: 'A time that is none. ' + 'Unbroken'.repeat(60) }),
    ],
  }),
  background: ({ rtl }) => ({ messages: talkOf(rtl), backgroundImageUrl: media(60), fixedHeader: true }),
  bright: () => ({ messages: [...talk(), theirs(1, { text: 'One of two', actions: [action('reply', 'First'), action('reply', 'Second')] })], colors: { brand: '#ffd400', conversation: '#f4f4f0', action: '#ffe94d' } }),
  'default-colours': () => ({ messages: [...talk(), theirs(1, { text: 'One of two', actions: [action('reply', 'First'), action('reply', 'Second')] })], colors: { brand: '#65758e', conversation: '#0099ff', action: '#0099ff' }, predefined: 'Hello' }),
  'prechat-answering': () => ({ messages: [theirs(1, { text: 'Welcome back! May we help?' })], prechat: { fields: [{ type: 'email', name: 'email', label: 'E-mail address' }] } }),
  embedded: ({ rtl }) => ({ embedded: true, messages: talkOf(rtl) }),
};
