import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Action, Actions, Model } from '../model';

/** Something that covers the conversation until it is closed. */
export type Overlay =
  | { kind: 'image'; src: string; alt: string }
  | { kind: 'page'; src: string; title: string; elsewhere: string; size: 'compact' | 'tall' | 'full' };

/** What every part of the interface may need. Its identity changes with language, direction and theme only. */
export interface Ui {
  text: Model['text'];
  locale: string;
  dir: Model['dir'];
  actions: Actions;
  root: ShadowRoot;
  show(overlay: Overlay): void;
  /** Tells people who listen to the page. */
  say(text: string): void;
  /** Tells everybody, in a strip that can be dismissed. */
  tell(kind: 'error' | 'info', text: string): void;
  follow(action: Action): void;
}

export const UiContext = createContext<Ui>(null as unknown as Ui);
export const useUi = () => useContext(UiContext);
