import type { Mount, Store } from '../model';

/** The element that the messenger lives in: nothing of the page's style comes in, nothing of ours out. */
export class Host {
  private readonly element = document.createElement('div');
  private readonly interface: ReturnType<Mount>;

  constructor(mount: Mount, store: Store) {
    this.element.id = 'heliograph-messenger';
    // Through the object model: a strict policy forbids style attributes, not this.
    this.element.style.setProperty('all', 'initial', 'important');
    const root = this.element.attachShadow({ mode: 'open' });
    this.interface = mount(root, store);
  }

  /** Puts it at the end of the page. */
  attach(): void {
    if (document.body) document.body.appendChild(this.element);
    else document.addEventListener('DOMContentLoaded', () => this.attach(), { once: true });
  }

  /** Puts it into an element of the page, which it fills. */
  render(into: Element): void {
    this.element.style.setProperty('display', 'block', 'important');
    this.element.style.setProperty('height', '100%', 'important');
    into.appendChild(this.element);
  }

  focus(): void {
    this.interface.focus();
  }

  destroy(): void {
    this.interface.destroy();
    this.element.remove();
  }
}
