export type StorageKind = 'localStorage' | 'sessionStorage';

/** What this browser keeps for one integration. Nothing it does throws. */
export interface Store {
  get<T>(key: string): T | null;
  /** Undefined or null removes. */
  set(key: string, value: unknown): void;
  /** The keys that begin with prefix, sorted. */
  keys(prefix: string): string[];
  /** The name under which a key stands in the browser, as storage events tell it. */
  name(key: string): string;
}

/**
 * Storage of a kind, or of memory where the browser has none or refuses:
 * private windows, blocked cookies, a full disk.
 */
export function openStorage(integrationId: string, kind: StorageKind, find: (kind: StorageKind) => Storage = here): Store {
  const prefix = `heliograph:${integrationId}:`;
  const memory = new Map<string, string>();
  let area: Storage | null = null;
  try {
    const found = find(kind);
    found.setItem(prefix + 'probe', '1');
    found.removeItem(prefix + 'probe');
    area = found;
  } catch {
    // memory it is
  }

  const read = (name: string): string | null => {
    // What could not be written is in memory, and newer than what is in the area.
    if (memory.has(name)) return memory.get(name) ?? null;
    try {
      return area ? area.getItem(name) : null;
    } catch {
      return null;
    }
  };

  return {
    name: (key) => prefix + key,
    get<T>(key: string): T | null {
      try {
        return JSON.parse(read(prefix + key) ?? 'null') as T | null;
      } catch {
        return null;
      }
    },
    set(key, value) {
      const name = prefix + key;
      memory.delete(name);
      try {
        if (value === undefined || value === null) area?.removeItem(name);
        else if (area) area.setItem(name, JSON.stringify(value));
        else memory.set(name, JSON.stringify(value));
      } catch {
        memory.set(name, JSON.stringify(value));
      }
    },
    keys(start) {
      const names = new Set(memory.keys());
      try {
        for (let i = 0; area && i < area.length; i++) names.add(area.key(i) ?? '');
      } catch {
        // what is in memory, then
      }
      return [...names]
        .filter((name) => name.startsWith(prefix + start))
        .map((name) => name.slice(prefix.length))
        .sort();
    },
  };
}

function here(kind: StorageKind): Storage {
  return window[kind];
}
