// A webhook's target that keeps every call, and lets tests wait for one.
import http from 'node:http';

import { deadline } from './wait.mjs';

export class Sink {
  #server = http.createServer((req, res) => this.#receive(req, res));
  #waiting = new Set();
  #answers = new Map(); // path → answers still to give
  calls = [];

  async start() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  // at is the address of one target of this sink. answers are what its first
  // calls get: a status, or 'never' for no answer at all; later ones get 200.
  at(pathname, answers = []) {
    this.#answers.set(pathname, [...answers]);
    return new Target(this, `http://127.0.0.1:${this.#server.address().port}${pathname}`, pathname);
  }

  #receive(req, res) {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      const call = { path: req.url, method: req.method, headers: req.headers, raw, body: JSON.parse(raw) };
      this.calls.push(call);
      for (const check of [...this.#waiting]) check();
      const answer = this.#answers.get(req.url)?.shift() ?? 200;
      if (answer !== 'never') res.writeHead(answer).end();
    });
  }

  // wait resolves with what find returns of the calls, once that is truthy.
  wait(what, find, describe, limit = deadline) {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = find();
        if (!found) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`waited ${limit} ms for ${what}; there came:\n${describe()}`));
      }, limit);
      this.#waiting.add(check);
      check();
    });
  }
}

// Target is one path of a sink.
class Target {
  constructor(sink, url, pathname) {
    Object.assign(this, { sink, url, path: pathname });
  }

  get calls() { return this.sink.calls.filter((c) => c.path === this.path); }

  get bodies() { return this.calls.map((c) => c.body); }

  // triggers are the triggers told so far, of the bodies that match.
  triggers(match = () => true) { return this.bodies.filter(match).map((b) => b.trigger); }

  // count waits for n calls.
  count(n, limit) {
    return this.sink.wait(`${n} calls`, () => this.calls.length >= n && this.calls.slice(0, n), () => this.#describe(), limit);
  }

  // told waits for the first body of a trigger that matches.
  told(trigger, match = () => true, limit = deadline) {
    const find = () => this.bodies.find((b) => b.trigger === trigger && match(b));
    return this.sink.wait(trigger, find, () => this.#describe(), limit);
  }

  #describe() { return this.calls.map((c) => `  ${c.raw.slice(0, 400)}`).join('\n') || '  nothing'; }
}
