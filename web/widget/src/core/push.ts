import type { Http } from './http';
import { remember, type Remembered } from './remembered';

export type PushState = 'unsupported' | 'default' | 'granted' | 'denied';

/**
 * The browser's notifications, through the page's own service worker, which
 * imports sw.js. The browser is asked only when a person wants it.
 */
export class Push {
  constructor(
    private readonly workerUrl: string | undefined,
    private readonly vapidKey: string | undefined,
    private readonly about: Remembered,
  ) {}

  state(): PushState {
    if (!this.workerUrl || !this.vapidKey) return 'unsupported';
    if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) return 'unsupported';
    return Notification.permission;
  }

  /** Asks the browser; from a person's gesture only. */
  async ask(): Promise<PushState> {
    if (this.state() === 'unsupported') return 'unsupported';
    return Notification.requestPermission();
  }

  /** Tells the server where this browser takes pushes, if it was allowed. */
  async register(http: Http): Promise<void> {
    if (this.state() !== 'granted') return;
    await remember(this.about);
    const worker = await this.worker();
    const key = decode(this.vapidKey!);
    let subscription = await worker.pushManager.getSubscription();
    // The server's key changed: the old subscription is of no use.
    if (subscription && !equal(subscription.options.applicationServerKey, key)) {
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ??= await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    await http.call('/push', { method: 'PUT', body: { service: 'web', token: JSON.stringify(subscription) }, tries: 3 });
  }

  async unsubscribe(): Promise<void> {
    if (this.state() !== 'granted') return;
    const registration = await navigator.serviceWorker.getRegistration(this.workerUrl!);
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
  }

  private async worker(): Promise<ServiceWorkerRegistration> {
    const registration = await navigator.serviceWorker.register(this.workerUrl!);
    if (registration.active) return registration;
    const starting = registration.installing ?? registration.waiting;
    await new Promise<void>((resolve) => {
      if (!starting || starting.state === 'activated') return resolve();
      starting.addEventListener('statechange', () => starting.state === 'activated' && resolve());
    });
    return registration;
  }
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function equal(a: ArrayBuffer | null, b: Uint8Array): boolean {
  return !!a && a.byteLength === b.length && new Uint8Array(a).every((byte, i) => byte === b[i]);
}
