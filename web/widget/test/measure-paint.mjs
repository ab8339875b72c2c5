// Measures how soon the launcher is painted, on a processor slowed four times.
//
//   make build && npm run measure:paint
import { Server } from './bed/server.mjs';
import { Site } from './bed/site.mjs';
import { Visitors } from './bed/visitors.mjs';

const loads = 9;
const slower = 4;

// In the page: the time of the first frame that shows the launcher.
function watch() {
  const look = () => {
    const launcher = document.getElementById('heliograph-messenger')?.shadowRoot?.querySelector('.launcher');
    if (!launcher?.getBoundingClientRect().width) return requestAnimationFrame(look);
    const channel = new MessageChannel();
    channel.port1.onmessage = () => (window.painted = performance.now()); // a task right after the frame
    channel.port2.postMessage(0);
  };
  requestAnimationFrame(look);
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const server = await new Server().start();
const site = await new Site(server).start();
const visitors = await new Visitors().start();
try {
  const url = site.plain('/paint');
  const results = [];
  // One tab for all: what a browser does with a new window is not measured.
  await visitors.newcomer();
  const page = await visitors.context.newPage();
  const session = await visitors.context.newCDPSession(page);
  await page.addInitScript(watch);
  await page.goto(url);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower });
  for (let i = 0; i < loads; i++) {
    await page.evaluate(() => localStorage.clear()); // nobody was here
    await session.send('Network.clearBrowserCache');
    await page.goto(url);
    await page.waitForFunction(() => window.painted, undefined, { polling: 250 });
    results.push(
      await page.evaluate(() => {
        const [loader] = performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith('/loader.js'));
        return { navigation: window.painted, script: window.painted - loader.startTime };
      }),
    );
  }
  await visitors.leave();
  for (const [key, words] of [['script', 'from the start of the script'], ['navigation', 'from the navigation']]) {
    const times = results.map((one) => one[key]);
    console.log(`launcher painted ${words}: median ${median(times).toFixed(0)} ms of ${loads} (${times.map((time) => time.toFixed(0)).join(', ')}), processor ${slower} times slower`);
  }
} finally {
  await visitors.stop();
  site.stop();
  await server.stop();
}
