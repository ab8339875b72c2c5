import { h, render } from 'preact';
import type { Mount } from '../model';
import { App } from './app';
import { adopt } from './style';

/** Shows the messenger inside a shadow root, and follows the store until it is destroyed. */
export const mount: Mount = (root, store) => {
  const undress = adopt(root);
  const container = document.createElement('div');
  container.className = 'container';
  root.append(container);
  const handle = { focus: () => undefined as void };
  render(h(App, { root, store, handle }), container);
  return {
    destroy() {
      render(null, container);
      container.remove();
      undress();
    },
    focus: () => handle.focus(),
  };
};
