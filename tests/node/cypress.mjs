// A stand-in for as much of Cypress as commands of its plugins need: `Cypress`, and `cy` whose requests are real.
//
// A command's result is a chain: it can be awaited, and further commands hang on it. Assertions are made once, on what
// is there, where Cypress itself would ask again.

import assert from "node:assert/strict";

const commands = new Map();
const settings = { defaultCommandTimeout: 2000, responseTimeout: 5000 };

/** The names of the commands that were added. */
export const added = () => commands.keys();

class Chain {
  constructor(value) {
    this.value = Promise.resolve(value);
    return new Proxy(this, {
      get: (target, name) => (commands.has(name) ? (...args) => run(name, target, args) : Reflect.get(target, name)),
    });
  }

  then(done, failed) {
    return new Chain(this.value.then(done, failed));
  }

  its(name) {
    return this.then((value) => value[name]);
  }

  should(chainer, expected) {
    return this.then((value) => {
      if (chainer === "not.have.length") assert.notEqual(value.length, expected);
      else if (chainer === "to.have.length.greaterThan") assert.ok(value.length > expected, `${value.length} > ${expected}`);
      else throw new Error(`the stand-in knows no ${chainer}`);
      return value;
    });
  }
}

function run(name, subject, args) {
  const { prevSubject, act } = commands.get(name);
  return new Chain(prevSubject ? subject.value.then((value) => act(value, ...args)) : act(...args));
}

async function request({ method = "GET", url, qs = {}, body, headers = {}, auth, failOnStatusCode = true }) {
  const target = new URL(url);
  for (const [name, value] of Object.entries(qs)) target.searchParams.set(name, value);
  const sent = new Headers(headers);
  if (body !== undefined) sent.set("content-type", "application/json");
  if (auth) sent.set("authorization", `Basic ${btoa(`${auth.user}:${auth.pass}`)}`);
  const answer = await fetch(target, { method, headers: sent, body: body === undefined ? body : JSON.stringify(body) });
  const text = await answer.text();
  if (failOnStatusCode && !answer.ok) throw new Error(`${answer.status} at ${method} ${target.pathname}: ${text}`);
  const json = /^application\/json\b/.test(answer.headers.get("content-type") ?? "");
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: json ? JSON.parse(text) : text };
}

/** Put `Cypress` and `cy` into the global scope, with these settings. */
export function stand(given) {
  Object.assign(settings, given);
  globalThis.Cypress = {
    Commands: {
      add: (name, ...rest) => commands.set(name, { prevSubject: rest.length > 1 && rest[0].prevSubject, act: rest.at(-1) }),
    },
    config: (name) => settings[name],
    env: (name) => settings[name],
    expose: (name) => settings[name],
  };
  const own = {
    request: (options) => new Chain(request(options)),
    wrap: (value) => new Chain(value),
    env: (names) => new Chain(Object.fromEntries(names.map((name) => [name, settings[name]]))),
    wait: (ms) => new Chain(new Promise((resolve) => setTimeout(resolve, ms))),
    verifyUpcomingAssertions: (value) => value,
    origin: (base, { args }, act) => {
      own.base = base;
      return act(args);
    },
    visit: (path) => {
      own.visited = request({ url: own.base + path });
    },
  };
  globalThis.cy = new Proxy(own, {
    get: (target, name) => (commands.has(name) ? (...args) => run(name, undefined, args) : target[name]),
  });
}
