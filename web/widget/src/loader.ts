/**
 * What a page loads first: it offers the whole public API at once, keeps what
 * is called of it, and fetches the messenger itself when init is called.
 *
 * Written in ES5 and without anything that a very old browser lacks: there it
 * does nothing, quietly. The messenger's other files are beside this one.
 */
(function () {
  var page: any = window;
  var hostReady = '__onWebMessengerHostReady__';

  // They answer with a promise.
  var promised =
    'init login logout destroy sendMessage startConversation createConversation updateConversation getConversationById ' +
    'loadConversation getMoreConversations updateUser triggerPostback markAllAsRead startTyping stopTyping';
  // They answer at once; before the messenger is there, with what is behind the colon.
  var immediate =
    'on off open close render setPredefinedMessage showNotificationChannelPrompt setDelegate ' +
    'isOpened:false hasMoreConversations:false getConversations:[] getConversation getDisplayedConversation getUser';

  var able = page.Promise && page.fetch && page.WeakMap && Element.prototype.attachShadow;
  var script = findScript();
  var nowhere = { then: never, catch: never }; // what a browser that is too old is answered
  var core: any = null;
  var waiting: Array<[string, ArrayLike<any>, ((value: any) => void)?, ((why: any) => void)?]> = [];
  var loading = false;
  var api: any = page.Heliograph;

  if (api && api.isHeliograph) return announce(); // the loader stands twice in the page
  api = { isHeliograph: true };
  each(promised, function (name) {
    api[name] = function () {
      var args = arguments;
      if (core) return core[name].apply(core, args);
      if (!able) return nowhere;
      var kept = new Promise(function (resolve, reject) {
        waiting.push([name, args, resolve, reject]);
      });
      if (name === 'init') load(args[0]);
      return kept;
    };
  });
  each(immediate, function (entry) {
    var parts = entry.split(':');
    var name = parts[0];
    api[name] = function () {
      if (core) return core[name].apply(core, arguments);
      if (parts[1]) return parts[1] === '[]' ? [] : false;
      if (name.indexOf('get') && able) waiting.push([name, arguments]);
    };
  });
  page.Smooch = page.Heliograph = api;
  announce();
  initByAttributes();

  function never() {
    return nowhere;
  }

  function each(names: string, f: (name: string) => void) {
    var list = names.split(' ');
    for (var i = 0; i < list.length; i++) f(list[i]);
  }

  /** The script element of this file; it gives the server's address and, by data-… attributes, options. */
  function findScript(): HTMLScriptElement | null {
    var current = document.currentScript as HTMLScriptElement | null;
    if (current && current.src) return current;
    var all = document.getElementsByTagName('script');
    for (var i = all.length; i--; ) if (/\/sdk\/widget\/(\w+\/)?loader\.js/.test(all[i].src)) return all[i];
    return null;
  }

  function announce() {
    var ready = page[hostReady];
    if (typeof ready === 'function') ready(api);
  }

  /** <script src="…/loader.js" data-integration-id="…" data-locale="de-CH"> starts by itself. */
  function initByAttributes() {
    if (!script || !script.getAttribute('data-integration-id')) return;
    var options: any = {};
    for (var i = 0; i < script.attributes.length; i++) {
      var name = script.attributes[i].name;
      var value: any = script.attributes[i].value;
      if (name.indexOf('data-')) continue;
      if (/^(true|false)$/.test(value)) value = value === 'true';
      options[name.slice(5).replace(/-(.)/g, upper)] = value;
    }
    api.init(options).then(null, function (why: any) {
      if (page.console) console.error('Heliograph: ' + why.message);
    });
  }

  function upper(_: string, letter: string) {
    return letter.toUpperCase();
  }

  function load(options: any) {
    if (loading) return;
    loading = true;
    var asked = options && options.serverUrl ? options.serverUrl.replace(/\/+$/, '') : '';
    var folder = script ? script.src.replace(/[^\/]*([?#].*)?$/, '') : asked + '/sdk/widget/';
    var server = asked || folder.replace(/\/sdk\/widget\/.*$/, '');
    var tag = document.createElement('script');
    tag.async = true;
    if (script && script.nonce) tag.nonce = script.nonce;
    tag.src = folder + 'widget.js';
    tag.onerror = function () {
      failed(tag);
    };
    page.__heliographWidget__ = function (make: (server: string) => any) {
      delete page.__heliographWidget__;
      core = make(server);
      flush();
    };
    (document.head || document.documentElement).appendChild(tag);
  }

  function failed(tag: HTMLElement) {
    loading = false;
    if (tag.parentNode) tag.parentNode.removeChild(tag);
    var kept = waiting;
    waiting = [];
    for (var i = 0; i < kept.length; i++) {
      var reject = kept[i][3];
      if (reject) reject(new Error('the messenger could not be loaded'));
      else waiting.push(kept[i]); // a listener is wanted when init is tried again
    }
  }

  function flush() {
    var kept = waiting;
    waiting = [];
    for (var i = 0; i < kept.length; i++) run(kept[i]);
  }

  function run(call: (typeof waiting)[0]) {
    try {
      var answer = core[call[0]].apply(core, call[1]);
      if (call[2]) call[2](answer);
    } catch (why) {
      if (call[3]) call[3](why);
      else if (page.console) console.error(why);
    }
  }
})();
