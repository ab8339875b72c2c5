import { MessengerError } from './error';
import type { Answer, Http } from './http';
import type { Posted } from './wire';

export interface Upload {
  done: Promise<Posted>;
  cancel(): void;
}

/** Uploads a file, which becomes a message. An XMLHttpRequest, because fetch tells no progress. */
export function upload(http: Http, file: File, key: string, progress: (part: number) => void): Upload {
  let current: XMLHttpRequest | null = null;
  let cancelled = false;
  const once = () =>
    new Promise<Answer>((resolve, reject) => {
      const lost = () => reject(cancelled ? new MessengerError('cancelled', 'the upload was cancelled') : new MessengerError('network', 'the server could not be reached'));
      if (cancelled) return lost();
      const request = (current = new XMLHttpRequest());
      request.open('POST', http.url('/files'));
      for (const [name, value] of Object.entries(http.headers({ key }))) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => {
        if (event.lengthComputable && event.total) progress(event.loaded / event.total);
      };
      request.onload = () =>
        resolve({ status: request.status, text: request.responseText, retryAfter: request.getResponseHeader('Retry-After') });
      request.onerror = request.onabort = request.ontimeout = lost;
      request.timeout = 10 * 60_000;
      const form = new FormData();
      form.append('source', file, file.name);
      request.send(form);
    });
  return {
    done: http.authorized<Posted>(once),
    cancel() {
      cancelled = true;
      current?.abort();
    },
  };
}
