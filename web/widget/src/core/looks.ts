import type { Model } from '../model';
import type { InitOptions } from './options';
import { catalogue, direction } from './text';
import type { Config } from './wire';

/** What the integration's settings and the page's options say of how it looks; options win. */
export function looks(config: Config, o: InitOptions): Partial<Model> {
  const locale = o.locale || 'en-US';
  const colors = o.customColors ?? {};
  const menu = o.menuItems ?? {};
  return {
    embedded: o.embedded === true,
    displayStyle: (o.displayStyle ?? config.displayStyle) === 'tab' ? 'tab' : 'button',
    businessName: o.businessName ?? config.businessName ?? config.appName ?? '',
    businessIconUrl: o.businessIconUrl ?? config.businessIconUrl,
    backgroundImageUrl: o.backgroundImageUrl ?? config.backgroundImageUrl,
    buttonIconUrl: o.buttonIconUrl ?? config.buttonIconUrl,
    buttonWidth: length(o.buttonWidth ?? config.buttonWidth),
    buttonHeight: length(o.buttonHeight ?? config.buttonHeight),
    fixedHeader: o.fixedHeader ?? o.fixedIntroPane ?? config.fixedIntroPane ?? false,
    colors: {
      brand: color(colors.brandColor, config.brandColor, '65758e'),
      conversation: color(colors.conversationColor, config.conversationColor, '0099ff'),
      action: color(colors.actionColor, config.actionColor, '0099ff'),
    },
    theme: o.theme === 'light' || o.theme === 'dark' ? o.theme : 'auto',
    locale,
    dir: o.dir ?? direction(locale),
    menu: {
      image: menu.imageUpload ?? o.imageUploadEnabled ?? true,
      file: menu.fileUpload ?? true,
      location: menu.shareLocation ?? true,
    },
    maxFileSize: config.maxFileSize ?? 50 << 20,
    text: catalogue(o.customText),
  };
}

/** The first that is a colour: three or six hexadecimal digits, with # or without. */
function color(...given: Array<string | undefined>): string {
  for (const text of given) {
    const digits = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(String(text ?? '').trim())?.[1];
    if (digits) return '#' + (digits.length === 3 ? digits.replace(/./g, '$&$&') : digits).toLowerCase();
  }
  return '#000000';
}

/** A CSS length; a bare number is pixels. Anything else is left out. */
function length(text: string | number | undefined): string | undefined {
  const found = /^(\d+(?:\.\d+)?)(px|em|rem|vw|vh|%)?$/.exec(String(text ?? '').trim());
  return found ? found[1] + (found[2] ?? 'px') : undefined;
}
