/**
 * Keeps the list what the server has: first page, further pages as they come into sight, live events, healing.
 *
 * 1. A scope (inbox and query) begins with one page and its cursor; the live connections go on from there. One
 *    connection covers everything; a query has one more, since only the server can say what matches.
 * 2. What a key does is on the screen before the server knows: `acts.js` changes the list and tells `pending`.
 * 3. If counts disagree when all is quiet, the page in sight is fetched again. Nothing else is ever loaded twice.
 *
 * @import { Frame } from "../types/wire.d.ts"
 */
import * as api from "./api.js";
import { apply, inScope } from "./apply.js";
import * as faulting from "./faulting.js";
import { Live } from "./live.js";
import { batch, effect, untracked } from "./vendor/preact.js";
import {
  connection, held, list, listRows, listTop, loaded, now, prefs, revision, route, searchError, totals, touched, webui,
} from "./store.js";
import { counts, learn, rail } from "./news.js";
import { pending } from "./pending.js";

const PAGE = 100;

/** @type {Live | null} */
let everything = null;
/** @type {Live | null} */
let matching = null;
/** @type {AbortController | null} */
let entering = null;
/** @type {Frame[]} frames that came while a scope was being entered */
let meanwhile = [];
let healing = 0;
let fetching = false;

const scope = () => ({ inbox: route.peek().inbox, q: route.peek().q });

/** Begin with a scope: its first page, then live. */
async function enter() {
  entering?.abort();
  const stop = (entering = new AbortController());
  meanwhile = [];
  matching?.close();
  matching = null;
  const { inbox, q } = scope();
  try {
    const page = await api.page({ inbox, q }, 0, PAGE, stop.signal);
    batch(() => {
      list.reset(page);
      held.value = 0;
      counts(page);
      loaded.value = true;
      revision.value += 1;
    });
    listen(page.cursor);
    if (q) matching = new Live({ inbox, q }, page.cursor, { frame: hearMatching, state: () => {} });
    entering = null;
    for (const frame of meanwhile) hearAll(frame, false);
  } catch (error) {
    if (stop.signal.aborted) return;
    entering = null;
    searchError.value = "";
    refusal(error);
  }
}

/** Be told of everything that happens, from now on till the end. @param {string} cursor "" is from now on */
function listen(cursor) {
  everything ??= new Live({ inbox: "", q: "" }, cursor, { frame: hearAll, state: told });
}

/** Say so if it is the query's fault; else the live connection finds out what is wrong. @param {unknown} error @returns {undefined} */
function missed(error) {
  if (!(error instanceof api.ApiError)) throw error;
  if (error.status === 400) searchError.value = error.message;
}

/** A scope could not be entered: try again, unless it is the query's fault. @param {unknown} error */
function refusal(error) {
  missed(error);
  if (searchError.value) {
    loaded.value = true;
    return listen("");
  }
  told("waiting", Date.now() + 2000);
  setTimeout(enter, 2000);
}

/** @param {"connecting" | "live" | "waiting"} state @param {number} retryAt */
function told(state, retryAt) {
  connection.value = { state, retryAt, note: state === "live" ? connection.peek().note : "" };
}

/** @param {Frame} frame @param {boolean} resumed */
function hearAll(frame, resumed) {
  if (entering) return void meanwhile.push(frame);
  if (resumed) {
    const came = (frame.events ?? []).filter((event) => event.type === "new").length;
    touched();
    connection.value = { ...connection.peek(), note: frame.reset ? "reloaded" : `resumed, ${came} new` };
    setTimeout(() => (connection.value = { ...connection.peek(), note: "" }), 6000);
  }
  if (frame.stats) totals.value = { total: frame.stats.Total, unread: frame.stats.Unread };
  if (frame.faults !== undefined || frame.reset || resumed) void faulting.look();
  if (frame.reset) return void begin();
  learn(frame.events ?? []);
  if (!matching) hear(frame);
  if (frame.stats && !scope().q && !scope().inbox && frame.stats.Total !== list.total) heal();
}

/** @param {Frame} frame */
function hearMatching(frame) {
  if (frame.reset) return void enter();
  hear(frame);
}

/** What the list learns; with a query from the connection that knows what matches. @param {Frame} frame */
function hear(frame) {
  batch(() => {
    for (const event of frame.events ?? []) {
      if (inScope(event, scope()) && !apply(event, Boolean(scope().q || scope().inbox))) heal();
    }
  });
  if (frame.events?.length) touched();
}

/** Fetch again what is in sight, once all is quiet. */
export function heal() {
  clearTimeout(healing);
  healing = setTimeout(async () => {
    if (pending() || entering || fetching) return heal();
    const start = Math.max(0, listTop.peek() + held.peek() - 20);
    const asked = route.peek();
    const page = await api.page(scope(), start, PAGE).catch(missed);
    if (!page || asked.inbox !== route.peek().inbox || asked.q !== route.peek().q) return;
    batch(() => {
      const fits = page.messages_count === list.total && page.messages.every((m, at) => list.at(start + at)?.ID === m.ID);
      if (fits) list.place(page, list.ticket());
      else list.reset(page);
      held.value = Math.min(held.value, list.total);
      counts(page);
      revision.value += 1;
    });
    rail();
  }, 250);
}

/** Fetch what is missing around the rows in sight. */
async function fill() {
  if (fetching || entering || !loaded.peek()) return;
  const first = listTop.peek() + held.peek();
  const gap = list.missing(first - 30, first + listRows.peek() + 30);
  if (!gap) return;
  fetching = true;
  await fetchAround(gap.start, gap.count);
  fetching = false;
}

/** @param {number} start @param {number} count of places, from the newest on */
async function fetchAround(start, count) {
  const ticket = list.ticket();
  const asked = route.peek();
  const page = await api.page(scope(), Math.max(0, start - 40), Math.max(PAGE, count + 80)).catch(missed);
  if (!page || asked.inbox !== route.peek().inbox || asked.q !== route.peek().q) return;
  if (list.place(page, ticket)) touched();
  else heal();
}

/** Make sure that a row is known, wherever it is. @param {number} row */
export async function reach(row) {
  if (!list.at(row + held.peek())) await fetchAround(row + held.peek(), 1);
}

let filling = 0;
/** Rows came into sight: fetch those that are not known, when the scrolling leaves time for it. */
const seen = () => {
  if (filling) return;
  filling = setTimeout(() => {
    filling = 0;
    void fill();
  }, 60);
};

function begin() {
  void enter();
  rail();
}

export function start() {
  void api.webui().then((answer) => (webui.value = answer), () => {});
  effect(() => {
    void route.value.inbox, route.value.q;
    untracked(begin);
  });
  effect(() => {
    void [listTop.value, listRows.value, revision.value, held.value, prefs.value.dense];
    seen();
  });
  setInterval(() => (now.value = Date.now()), 20_000);
}
