// The business's webhook receiver.
import { createServer } from 'node:http';
import { until } from './wait.mjs';

export class Sink {
  bodies = [];

  async start() {
    this.http = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      this.bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.end();
    });
    await new Promise((resolve) => this.http.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.http.address().port}/`;
    return this;
  }

  stop() {
    this.http.closeAllConnections();
    this.http.close();
  }

  triggers() {
    return this.bodies.map((body) => body.trigger);
  }

  // told waits for the first body of a trigger that matches.
  told(trigger, matches = () => true) {
    return until(`${trigger}; there came ${this.triggers()}`, () => this.bodies.find((body) => body.trigger === trigger && matches(body)));
  }
}
