// The shop's page: what a business's own website does with the messenger.
'use strict';

const signButton = document.getElementById('sign');
const notice = document.getElementById('notice');
const memory = { get token() { return read('token'); }, set token(t) { write('token', t); } };
let customer = null; // who is signed in

start();

async function start() {
  if (read('customer')) customer = await call('POST', 'sign-in', { token: memory.token }).catch(() => null);
  if (customer) memory.token = customer.token;
  const options = { integrationId: document.body.dataset.integration, soundNotificationEnabled: false };
  if (customer) Object.assign(options, { userId: customer.userId, jwt: customer.jwt });
  options.delegate = { onInvalidAuth: async () => (await call('POST', 'sign-in')).jwt };
  Smooch.init(options).then(() => done('ready'), problem);
  Smooch.on('message:received', () => { done('started', 'told'); showOrders(); });
  Smooch.on('message:sent', () => done('answered'));
  for (const b of document.querySelectorAll('[data-article]')) b.addEventListener('click', () => buy(b));
  signButton.addEventListener('click', () => (customer ? signOut() : signIn()));
  showWho();
  showOrders();
}

async function buy(button) {
  button.disabled = true;
  try {
    const { order, token } = await call('POST', 'orders', { article: button.dataset.article, token: memory.token });
    memory.token = token;
    notice.textContent = `Thank you. Order ${order.id}: ${order.article}.`;
    done('buy');
    showOrders();
    if (!Smooch.startConversation) throw new Error('the messenger could not be loaded; your order is placed all the same.');
    await Smooch.startConversation();
    await call('POST', `orders/${order.id}/buyer`, { token, user: Smooch.getUser()._id });
    showOrders();
  } catch (e) {
    problem(e);
  } finally {
    button.disabled = false;
  }
}

async function signIn() {
  try {
    customer = await call('POST', 'sign-in', { token: memory.token });
    await Smooch.login(customer.userId, customer.jwt);
    memory.token = customer.token;
    write('customer', customer.userId);
  } catch (e) {
    customer = null;
    problem(e);
  }
  showWho();
  showOrders();
}

async function signOut() {
  customer = null;
  memory.token = '';
  write('customer', '');
  await Smooch.logout().catch(problem);
  showWho();
  showOrders();
}

function showWho() {
  document.getElementById('who').textContent = customer ? `Hello, ${customer.name}.` : 'You are not signed in.';
  signButton.textContent = customer ? 'Sign out' : `Sign in as ${signButton.dataset.name}`;
}

async function showOrders() {
  const orders = memory.token ? (await call('GET', 'orders').catch(() => ({ orders: [] }))).orders : [];
  const list = document.querySelector('#orders ul');
  document.getElementById('orders').hidden = !orders.length;
  list.replaceChildren(...orders.map(order => {
    const item = document.createElement('li');
    item.append(`${order.id} · ${order.article} · ${order.state}`);
    if (order.state === 'on its way') done('shipped');
    if (!['packed', 'on its way', 'received'].includes(order.state)) {
      const ship = document.createElement('button');
      ship.type = 'button';
      ship.className = 'quiet';
      ship.textContent = 'Ship it';
      ship.setAttribute('aria-label', `Ship order ${order.id}`);
      ship.addEventListener('click', () => call('POST', `orders/${order.id}/ship`).then(showOrders, problem));
      item.append(ship);
    }
    return item;
  }));
}

/** Marks what has happened of the story. */
function done(...steps) {
  for (const s of steps) document.querySelector(`[data-step="${s}"]`).classList.add('done');
}

function problem(e) {
  notice.textContent = 'That did not work: ' + (e && e.message || e);
}

async function call(method, path, body) {
  const headers = { 'Content-Type': 'application/json' };
  if (memory.token) headers.Authorization = 'Bearer ' + memory.token;
  const answer = await fetch(path, { method, headers, body: method === 'POST' ? JSON.stringify(body || {}) : undefined });
  const out = await answer.json();
  if (!answer.ok) throw new Error(out.error);
  return out;
}

function read(name) {
  try { return localStorage.getItem('shop-' + name) || ''; } catch { return ''; }
}

function write(name, value) {
  try { localStorage.setItem('shop-' + name, value); } catch { /* it is forgotten with the page */ }
}
