/**
 * The messenger's part of the page's own service worker:
 *
 *   importScripts('https://heliograph.example/sdk/widget/sw.js');
 *
 * It shows our pushes, tells what became of them, and leaves all others alone.
 */
import { recall } from './core/remembered';

interface Note {
  title: string;
  body: string;
  tag?: string;
  heliograph: { delivery: string; conversation: string; message: string };
}

(() => {
  const worker = self as unknown as ServiceWorkerGlobalScope;

  function read(event: PushEvent): Note | null {
    try {
      const note = event.data?.json();
      return note?.heliograph?.delivery ? note : null;
    } catch {
      return null;
    }
  }

  /** Tells the server what became of a push. That nobody hears it harms nothing. */
  async function tell(delivery: string, happened: 'received' | 'displayed' | 'tapped' | 'dismissed'): Promise<void> {
    try {
      const about = await recall();
      if (!about) return;
      await fetch(about.base + '/push-events', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ device: about.device, delivery, event: happened }),
        credentials: 'omit',
        keepalive: true,
      });
    } catch {
      // the server is away; the push was shown all the same
    }
  }

  async function windows(): Promise<readonly WindowClient[]> {
    return worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  }

  async function show(note: Note): Promise<void> {
    const { delivery } = note.heliograph;
    // Who has the page before them sees the message there.
    if ((await windows()).some((page) => page.focused && page.visibilityState === 'visible')) return tell(delivery, 'received');
    await worker.registration.showNotification(note.title, { body: note.body, tag: note.tag, data: { heliograph: note.heliograph } });
    await tell(delivery, 'displayed');
  }

  async function tapped(delivery: string): Promise<void> {
    await Promise.all([tell(delivery, 'tapped'), lead()]);
  }

  /** Brings the person to the conversation. */
  async function lead(): Promise<void> {
    const open = { type: 'heliograph:open' };
    const [page] = await windows();
    if (page) {
      page.postMessage(open);
      await page.focus();
      return;
    }
    const about = await recall().catch(() => undefined);
    const opened = await worker.clients.openWindow(about?.page ?? '/');
    opened?.postMessage(open);
  }

  worker.addEventListener('push', (event) => {
    const note = read(event);
    if (!note) return;
    event.stopImmediatePropagation(); // the page's own handler need not know our form
    event.waitUntil(show(note));
  });
  worker.addEventListener('notificationclick', (event) => {
    const ours = event.notification.data?.heliograph;
    if (!ours) return;
    event.stopImmediatePropagation();
    event.notification.close();
    event.waitUntil(tapped(ours.delivery));
  });
  worker.addEventListener('notificationclose', (event) => {
    const ours = event.notification.data?.heliograph;
    if (ours) event.waitUntil(tell(ours.delivery, 'dismissed'));
  });
})();
