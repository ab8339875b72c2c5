import base from './base.css';
import controls from './controls.css';
import form from './form.css';
import launcher from './launcher.css';
import log from './log.css';
import message from './message.css';
import overlay from './overlay.css';
import panel from './panel.css';

const sheets = [base, controls, launcher, panel, log, message, form, overlay].join('\n');

/**
 * Dresses a shadow root. A constructed style sheet is let through by every
 * content security policy; browsers that have none get an element instead.
 */
export function adopt(root: ShadowRoot): () => void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(sheets);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    return () => void (root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet));
  } catch {
    const element = document.createElement('style');
    element.textContent = sheets;
    root.append(element);
    return () => element.remove();
  }
}
