/**
 * The message that is open: from the cache at once if it was looked at or stands next to one that was.
 *
 * @import { Message } from "../types/wire.d.ts"
 */
import * as api from "./api.js";
import { effect, untracked } from "./vendor/preact.js";
import { active, bodies, compared, ended, opened, outer, route, rowAt, rowOf, session, sessions } from "./store.js";
import { markRead } from "./acts.js";
import { follow } from "./thread.js";

const KEPT = 24;
const DWELL = 200; // ms that a message must stay open before it counts as read

/** @type {Map<string, Promise<Message>>} */
const underway = new Map();

/** @param {string} id @returns {Promise<Message>} */
function load(id) {
  const known = bodies.get(id);
  if (known) return Promise.resolve(known);
  const asked = underway.get(id) ?? api.message(id).finally(() => underway.delete(id));
  underway.set(id, asked);
  return asked.then((message) => {
    bodies.set(id, message);
    for (const old of [...bodies.keys()].slice(0, Math.max(0, bodies.size - KEPT))) bodies.delete(old);
    return message;
  });
}

/** @param {string} id */
async function show(id) {
  const known = bodies.get(id);
  opened.value = known
    ? { state: "ready", message: known, error: "" }
    : { state: "loading", message: null, error: "" };
  try {
    const message = await load(id);
    if (route.peek().id !== id) return;
    opened.value = { state: "ready", message, error: "" };
    neighbours(id);
    setTimeout(() => route.peek().id === id && void follow(message), DWELL); // not of each that is passed by
  } catch (error) {
    if (route.peek().id !== id || !(error instanceof api.ApiError)) return;
    opened.value = { state: error.status === 404 ? "gone" : "failed", message: null, error: error.message };
  }
}

/** @param {string} id @param {string} other */
async function beside(id, other) {
  compared.value = { messages: null, error: "" };
  try {
    const messages = await Promise.all([load(id), load(other)]);
    if (route.peek().other === other && route.peek().id === id) compared.value = { messages, error: "" };
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    compared.value = { messages: null, error: error.status === 404 ? "One of them is gone." : error.message };
  }
}

/** Have the next and the previous message ready. @param {string} id */
function neighbours(id) {
  const row = rowOf(id);
  if (row < 0) return;
  for (const beside of [rowAt(row + 1), row > 0 ? rowAt(row - 1) : null]) {
    if (beside && beside.Size < 1_000_000) void load(beside.ID).catch(() => {});
  }
}

const AGAIN = 10_000; // ms between looks at the sessions: an event tells of those that ended, none of those that began

async function showSessions() {
  sessions.value = await api.sessions();
}

/** Look again, if there is somebody to see it. */
function renewSessions() {
  if (document.hidden || route.peek().view !== "sessions") return;
  void showSessions().catch(() => {});
  const { ID, Ended } = session.peek() ?? { ID: "", Ended: "" };
  if (ID && !Ended) void api.session(ID).then((found) => session.peek()?.ID === ID && (session.value = found), () => {});
}

/** @param {string} id */
async function showSession(id) {
  session.value = null;
  opened.value = { state: "loading", message: null, error: "" };
  try {
    if (!id || !sessions.peek()) await showSessions();
    const found = id ? await api.session(id) : null;
    if (route.peek().id === id) session.value = found;
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    if (route.peek().id !== id) return;
    opened.value = { state: "failed", message: null, error: error.message };
  }
}

export function start() {
  setInterval(renewSessions, AGAIN);
  document.addEventListener("visibilitychange", renewSessions);
  effect(() => {
    if (ended.value) untracked(renewSessions);
  });
  let dwelling = 0;
  let before = "";
  let pair = "";
  effect(() => {
    const { id, other } = route.value;
    if (pair === `${id} ${other}`) return;
    pair = `${id} ${other}`;
    if (id && other) untracked(() => void beside(id, other));
  });
  effect(() => {
    const { id, view } = route.value;
    untracked(() => {
      if (`${view}/${id}` === before) return;
      before = `${view}/${id}`;
      clearTimeout(dwelling);
      if (view === "sessions") return void showSession(id);
      if (!id) return;
      active.value = outer(id);
      void show(id);
      dwelling = setTimeout(() => markRead(outer(id)), DWELL);
    });
  });
}
