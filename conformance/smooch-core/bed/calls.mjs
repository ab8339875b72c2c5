// What came of the client's calls, so that a run can tell which of its methods
// it never tried.

// methods lists what a client exports as "api.method", without the checks and
// the plumbing that its parts have in common.
export function methods(client) {
  const found = [];
  const walk = (api, path) => {
    const plumbing = Object.getPrototypeOf(Object.getPrototypeOf(api)); // the client's BaseApi
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(api))) {
      if (name !== 'constructor' && !(name in plumbing) && !/^validate/.test(name)) found.push(`${path}.${name}`);
    }
    for (const [name, part] of parts(api)) walk(part, `${path}.${name}`);
  };
  for (const [name, api] of parts(client)) walk(api, name);
  return found.sort();
}

// parts are the members of a client, or of a part of it, that have methods.
function parts(owner) {
  return Object.entries(owner).filter(([, v]) => typeof v?.request === 'function');
}

export class Calls {
  #outcomes = new Map(); // "scope api.method" → what came of its calls

  note(scope, method, outcome) {
    const key = `${scope} ${method}`;
    this.#outcomes.set(key, (this.#outcomes.get(key) ?? new Set()).add(outcome));
  }

  // outcomes are what came of a method's calls: "done", or the code of an error.
  outcomes(scope, method) { return this.#outcomes.get(`${scope} ${method}`) ?? new Set(); }

  // watch returns a client that does the same and is noted down.
  watch(client) { return this.#watched(client, client.scope, []); }

  #watched(owner, scope, path) {
    return new Proxy(owner, {
      get: (target, name) => {
        const member = target[name];
        const here = [...path, name];
        if (typeof member === 'function' && path.length > 0) {
          return (...args) => this.#noted(member.apply(target, args), scope, here.join('.'));
        }
        return typeof member?.request === 'function' ? this.#watched(member, scope, here) : member;
      },
    });
  }

  #noted(promise, scope, method) {
    promise?.then?.(
      () => this.note(scope, method, 'done'),
      (err) => this.note(scope, method, err.code ?? 'error'),
    );
    return promise;
  }
}
