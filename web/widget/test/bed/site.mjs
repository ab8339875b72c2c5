// The business's own site: pages under a strict policy, with the messenger in them.
import { createServer } from 'node:http';

// Everything that the page is told, in order, is kept in window.told.
const listen = `
  window.told = [];
  for (const name of ['ready', 'destroy', 'connected', 'disconnected', 'reconnecting', 'message', 'message:received', 'message:sent',
    'unreadCount', 'conversation:added', 'conversation:read', 'conversation:removed', 'typing:start', 'typing:stop',
    'widget:opened', 'widget:closed']) {
    Smooch.on(name, (...args) => told.push({ name, args: JSON.parse(JSON.stringify(args)) }));
  }
`;

export class Site {
  pages = new Map(); // path to body
  documents = new Map(); // path to all of it

  // Without strict its pages have no policy: what keeps them safe is the messenger alone.
  constructor(server, { strict = true } = {}) {
    Object.assign(this, { server, strict });
  }

  async start() {
    this.http = createServer((request, response) => this.answer(request, response));
    await new Promise((resolve) => this.http.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.http.address().port}`;
    return this;
  }

  stop() {
    this.http.closeAllConnections();
    this.http.close();
  }

  get policy() {
    const { url } = this.server;
    return [
      "default-src 'none'",
      `script-src ${url} 'nonce-page'`,
      `connect-src ${url} ${url.replace(/^http/, 'ws')}`,
      `img-src ${url} blob:`,
      "worker-src 'self'",
    ].join('; ');
  }

  // add makes a page with a body, and answers its address.
  add(path, body) {
    this.pages.set(path, body);
    return this.url + path;
  }

  // whole makes a page of a complete document, without any policy.
  whole(path, html) {
    this.documents.set(path, html);
    return this.url + path;
  }

  // plain is a page that calls init with options, written as JavaScript. It may have more in it.
  plain(path, options = '{}', more = '') {
    return this.add(
      path,
      `<script nonce="page" src="${this.server.url}/sdk/widget/loader.js"></script>
       <script nonce="page">${listen} Smooch.init({ integrationId: '${this.server.integrationId}', ...${options} }).catch((why) => told.push({ name: 'refused', args: [why.code] }));</script>${more}`,
    );
  }

  // snippet is a page with the vendor's way of loading: a stub that queues, and asks where the loader is.
  snippet(path) {
    const { url, integrationId } = this.server;
    return this.add(
      path,
      `<script nonce="page">
        (function (page, name) {
          var calls = {}, listeners = [], then = [];
          var promise = { then: function (f) { then.push(f); return promise; }, catch: function () { return promise; } };
          page[name] = { init: function () { calls.init = arguments; return promise; }, on: function () { listeners.push(arguments); },
            render: function () { calls.render = arguments; }, destroy: function () { calls.destroy = arguments; } };
          page.__onWebMessengerHostReady__ = function (api) {
            delete page.__onWebMessengerHostReady__;
            page[name] = api;
            if (calls.init) { var begun = api.init.apply(api, calls.init); then.forEach(function (f) { begun = begun.then(f); }); }
            if (calls.render) api.render.apply(api, calls.render);
            if (calls.destroy) api.destroy.apply(api, calls.destroy);
            listeners.forEach(function (one) { api.on.apply(api, one); });
          };
          var ask = new XMLHttpRequest();
          ask.onload = function () { var tag = document.createElement('script'); tag.async = true; tag.src = this.response.url; document.head.appendChild(tag); };
          ask.open('GET', '${url}/webloader/${integrationId}');
          ask.responseType = 'json';
          ask.send();
        })(window, 'Smooch');
        Smooch.init({ integrationId: '${integrationId}' }).then(function () { window.inited = true; });
        ${listen}
      </script>`,
    );
  }

  answer(request, response) {
    const path = request.url.replace(/\?.*/, '');
    if (path === '/worker.js') {
      response.writeHead(200, { 'Content-Type': 'text/javascript' });
      return response.end(`importScripts('${this.server.url}/sdk/widget/sw.js');`);
    }
    if (this.documents.has(path)) {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      return response.end(this.documents.get(path));
    }
    const body = this.pages.get(path);
    const policy = this.strict && { 'Content-Security-Policy': this.policy };
    response.writeHead(body ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8', ...policy });
    response.end(`<!doctype html><html lang="en"><head><title>Shop</title></head><body><main><h1>Shop</h1>${body ?? ''}</main></body></html>`);
  }
}
