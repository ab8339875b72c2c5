/** What the page leaves for its service worker, which has no other way to know. */
export interface Remembered {
  base: string; // {server}/sdk/v1/{integrationId}
  device: string;
  page: string; // where a notification leads when no page is open
}

/** Keeps what the worker needs, where both can reach it: IndexedDB. */
export async function remember(about: Remembered): Promise<void> {
  const store = await open('readwrite');
  await settled(store.put(about, 'about'));
}

export async function recall(): Promise<Remembered | undefined> {
  const store = await open('readonly');
  return settled(store.get('about') as IDBRequest<Remembered | undefined>);
}

async function open(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const request = indexedDB.open('heliograph', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('push');
  const database = await settled(request);
  return database.transaction('push', mode).objectStore('push');
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
