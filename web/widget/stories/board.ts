import { mount } from '../src/ui/index';
import { baseModel, stories } from './stories';
import { fixedStore, type FixedStore } from './store';

declare global {
  interface Window {
    store: FixedStore;
    mounted: ReturnType<typeof mount>;
    storyNames: string[];
  }
}

const query = new URLSearchParams(location.search);
const names = Object.keys(stories);
const chosen = query.get('story') ?? 'conversation';
const rtl = query.get('dir') === 'rtl';
window.storyNames = names;
if (query.has('bare')) document.body.classList.add('bare');

switches();
const width = query.get('width');
if (width) frame(width);
else show();

function show() {
  const model = { ...baseModel({ rtl, locale: query.get('locale') ?? (rtl ? 'ar-EG' : 'en-US') }), ...stories[chosen]?.({ rtl }) };
  model.theme = (query.get('theme') ?? 'light') as 'light';
  const host = document.createElement('div');
  host.style.setProperty('all', 'initial', 'important');
  if (model.embedded) {
    host.style.setProperty('display', 'block', 'important');
    host.style.setProperty('height', '100%', 'important');
  }
  (model.embedded ? document.getElementById('place')! : document.body).append(host);
  window.store = fixedStore(model);
  window.mounted = mount(host.attachShadow({ mode: 'open' }), window.store);
}

/** The same story in a frame, which is as wide as it was asked for. */
function frame(width: string) {
  const element = document.getElementById('frame') as HTMLIFrameElement;
  query.delete('width');
  query.set('bare', '1');
  element.width = width;
  element.src = `?${query}`;
  element.hidden = false;
}

function switches() {
  const form = document.getElementById('switches') as HTMLFormElement;
  const select = form.elements.namedItem('story') as HTMLSelectElement;
  for (const name of names) select.add(new Option(name));
  for (const element of Array.from(form.elements) as HTMLSelectElement[]) {
    element.value = query.get(element.name) ?? (element.name === 'story' ? chosen : element.value);
  }
  form.addEventListener('change', () => {
    const next = new URLSearchParams(new FormData(form) as never);
    location.search = String(next);
  });
}
