/**
 * The server, as functions. Every message is fetched with ?peek=1: looking must not change.
 *
 * @import { Bounced, Fault, FaultPreset, FaultRule, Guide, Inbox, Info, Listing, MadeInbox, Message, RateLimit, RatePreset, RateRule, Session, SessionRow, WebUI } from "../types/wire.d.ts"
 */
import { base } from "./store.js";

export class ApiError extends Error {
  /** @param {number} status 0: no answer at all @param {string} text */
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

/** @typedef {{ inbox: string, q: string, sort?: string, until?: string }} Scope   `until`: the cursor that the list is of, "" for now */

/** @param {string} [inbox] the root of the API, of one inbox if named */
export const root = (inbox = "") => `${base}${inbox ? `/inbox/${encodeURIComponent(inbox)}` : ""}/api/v1`;

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** @param {string} url @param {RequestInit} [options] @returns {Promise<Response>} */
async function ask(url, options) {
  const answer = await fetch(url, options).catch((error) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "The server does not answer.");
  });
  if (!answer.ok) throw new ApiError(answer.status, (await answer.text()).trim().slice(0, 500) || answer.statusText);
  return answer;
}

/** @param {string} url @param {AbortSignal} [signal] @returns {Promise<any>} */
const get = async (url, signal) => (await ask(url, { signal })).json();

const KEEPALIVE = 60_000; // browsers refuse to keep larger bodies going when the page is closed

/** @param {string} method @param {string} url @param {unknown} value */
function send(method, url, value) {
  const body = JSON.stringify(value);
  const headers = { "Content-Type": "application/json" };
  return ask(url, { method, headers, body, keepalive: body.length < KEEPALIVE });
}

/** @param {Scope} scope @param {number} start @param {number} limit @param {AbortSignal} [signal] @returns {Promise<Listing>} */
export function page(scope, start, limit, signal) {
  const { sort, until } = scope;
  const range = `start=${start}&limit=${limit}${sort ? `&sort=${sort}` : ""}${until ? `&until=${until}` : ""}`;
  if (!scope.q) return get(`${root(scope.inbox)}/messages?${range}`, signal);
  return get(`${root(scope.inbox)}/search?${new URLSearchParams({ query: scope.q, tz: zone })}&${range}`, signal);
}

/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Message>} */
export const message = async (id, signal) => ({ ...(await get(part(id, "?peek=1"), signal)), ID: id });

/** @param {string} id of a message, or of one inside it (`id~path`) @param {string} [rest] the URL of something of it */
export function part(id, rest = "") {
  const [own, ...within] = id.split("~");
  const query = within.length ? `${rest.includes("?") ? "&" : "?"}within=${encodeURIComponent(String(within))}` : "";
  return `${root()}/message/${encodeURIComponent(own)}${rest}${query}`;
}

/** @param {string} id @param {string} rest @returns {Promise<any>} */
export const detail = (id, rest) => get(part(id, rest));

/** @param {string} id @param {number} bytes @returns {Promise<{ text: string, whole: boolean }>} at most so much of the raw mail */
export async function raw(id, bytes) {
  const stop = new AbortController();
  const answer = await ask(part(id, "/raw"), { signal: stop.signal });
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let got = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), whole: true };
    const chunk = value.subarray(0, bytes - got);
    got += chunk.length;
    text += decoder.decode(chunk, { stream: true });
    if (chunk.length < value.length) break;
  }
  stop.abort();
  return { text, whole: false };
}

/** @param {string} id @param {string} path @returns {Promise<string>} the decoded text of a part */
export const content = async (id, path) => (await ask(part(id, `/part/${path}`))).text();

/** @param {string[]} ids @param {boolean} read */
export const mark = (ids, read) => send("PUT", `${root()}/messages`, { IDs: ids, Read: read });

/** @param {Scope} scope */
export const markAll = (scope) =>
  send("PUT", `${root(scope.inbox)}/messages?tz=${encodeURIComponent(zone)}`, { Read: true, ...(scope.q && { Search: scope.q }) });

/** @param {string[]} ids @param {string[]} tags */
export const setTags = (ids, tags) => send("PUT", `${root()}/tags`, { IDs: ids, Tags: tags });

/** @param {string[]} ids @param {number} seconds @returns {Promise<string>} the token that undoes it */
export async function remove(ids, seconds) {
  return (await (await send("DELETE", `${root()}/messages?undo=${seconds}`, { IDs: ids })).json()).undo;
}

/** @param {Scope} scope @param {number} seconds @returns {Promise<string>} */
export async function removeAll(scope, seconds) {
  const url = scope.q
    ? `${root(scope.inbox)}/search?${new URLSearchParams({ query: scope.q, tz: zone })}&undo=${seconds}`
    : `${root(scope.inbox)}/messages?undo=${seconds}`;
  return (await (await ask(url, { method: "DELETE" })).json()).undo;
}

/** @param {string} token @returns {Promise<number>} */
export const restore = async (token) =>
  (await (await ask(`${root()}/undo/${encodeURIComponent(token)}`, { method: "POST" })).json()).restored;

/** @returns {Promise<Guide>} */
export const guide = () => get(`${base}/static/start.json`);

/** Put a mail in as it is. @param {string} mail @param {string[]} to */
export const upload = (mail, to) =>
  ask(`${root()}/messages?${new URLSearchParams([["from", "app@example.com"], ...to.map((one) => ["to", one])])}`, {
    method: "POST", headers: { "Content-Type": "message/rfc822" }, body: mail,
  });

/** @param {string} id @param {{ Kind: string, Recipients: string[], Diagnostic: string }} order @returns {Promise<Bounced>} */
export const bounce = async (id, order) => (await send("POST", part(id, "/bounce"), order)).json();

/** @returns {Promise<Inbox[]>} */
export const inboxes = async () => (await get(`${root()}/inboxes`)).inboxes;
/** @param {string} name "" for a fresh one @returns {Promise<MadeInbox>} */
export const makeInbox = async (name) => (await send("POST", `${root()}/inboxes`, name ? { Name: name } : {})).json();
/** @param {string} name @param {number} seconds @returns {Promise<string>} the token that undoes it */
export const removeInbox = async (name, seconds) =>
  (await (await ask(`${root()}/inboxes/${encodeURIComponent(name)}?undo=${seconds}`, { method: "DELETE" })).json()).undo;
/** @returns {Promise<WebUI>} */
export const webui = () => get(`${root()}/webui`);
/** @returns {Promise<Info>} */
export const info = () => get(`${root()}/info`);
/** @returns {Promise<SessionRow[]>} */
export const sessions = async () => (await get(`${root()}/sessions?start=0&limit=200`)).sessions;
/** @param {string} id @returns {Promise<Session>} */
export const session = (id) => get(`${root()}/sessions/${encodeURIComponent(id)}`);

/**
 * What is asked of rules: faults and rate limits are made, listed and taken away alike.
 * @template Listed, Rule, Preset
 * @param {string} kind
 */
const rules = (kind) => ({
  /** @param {string} inbox @returns {Promise<Listed>} */
  all: (inbox) => get(`${root(inbox)}/${kind}`),
  /** @param {string} inbox @param {Rule} rule */
  add: (inbox, rule) => send("POST", `${root(inbox)}/${kind}`, rule),
  /** @param {string} id */
  remove: (id) => ask(`${root()}/${kind}/${id}`, { method: "DELETE" }),
  /** @param {string} inbox */
  clear: (inbox) => ask(`${root(inbox)}/${kind}`, { method: "DELETE" }),
  /** @returns {Promise<Preset[]>} */
  presets: async () => (await get(`${root()}/${kind}/presets`)).presets,
});

export const faults = /** @type {typeof rules<{ faults: Fault[] }, FaultRule, FaultPreset>} */ (rules)("faults");
export const limits = /** @type {typeof rules<{ limits: RateLimit[] }, RateRule, RatePreset>} */ (rules)("rate-limits");
/** @param {string} id count from nothing again */
export const resetFault = (id) => ask(`${root()}/faults/${id}/reset`, { method: "POST" });
