import { useEffect, useRef, useState } from 'preact/hooks';
import type { Model, Store } from '../model';

/** The newest snapshot. Several changes in one go are shown once. */
export function useModel(store: Store): Model {
  const [model, set] = useState(store.model);
  useEffect(() => {
    const update = () => set(store.model);
    update(); // what changed between the first picture and now
    return store.subscribe(update);
  }, [store]);
  return model;
}

/** Whether a media query holds, now and whenever that changes. */
export function useMedia(query: string): boolean {
  const [matches, set] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => set(list.matches);
    update();
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [query]);
  return matches;
}

/** What was given last time. */
export function usePrevious<T>(value: T): T | undefined {
  const ref = useRef<T | undefined>(undefined);
  useEffect(() => {
    ref.current = value;
  });
  return ref.current;
}

/** Listens at the window, always with the newest f. */
export function useListener<K extends keyof WindowEventMap>(type: K, f: (event: WindowEventMap[K]) => void): void {
  const latest = useRef(f);
  latest.current = f;
  useEffect(() => {
    const listen = (event: WindowEventMap[K]) => latest.current(event);
    window.addEventListener(type, listen);
    return () => window.removeEventListener(type, listen);
  }, [type]);
}

/** Keeps the panel where the on-screen keyboard leaves room. */
export function useViewport(element: { current: HTMLElement | null }, on: boolean): void {
  useEffect(() => {
    const viewport = window.visualViewport;
    if (!on || !viewport) return undefined;
    const place = () => {
      const style = element.current?.style;
      if (viewport.scale > 1.05) return; // somebody zooms in: the panel stays
      style?.setProperty('--top', `${viewport.offsetTop}px`);
      style?.setProperty('--height', `${viewport.height}px`);
    };
    place();
    viewport.addEventListener('resize', place);
    viewport.addEventListener('scroll', place);
    return () => {
      viewport.removeEventListener('resize', place);
      viewport.removeEventListener('scroll', place);
      element.current?.style.removeProperty('--top');
      element.current?.style.removeProperty('--height');
    };
  }, [on]);
}
