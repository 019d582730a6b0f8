/**
 * Keeps the list what the server has: a scope's first page, then live events. What else is fetched: `pages.js`.
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
import { batch, computed, effect, untracked } from "./vendor/preact.js";
import {
  asOf, aside, connection, entering, held, list, listRows, listTop, loaded, now, prefs, revision, route, searchError, totals, touched, webui,
} from "./store.js";
import { counts, learn, rail } from "./news.js";
import { PAGE, heal, missed, scope, show } from "./pages.js";

/** @type {Live | null} */
let everything = null;
/** @type {Live | null} */
let matching = null;
/** @type {Frame[]} frames that came while a scope was being entered */
let meanwhile = [];

/** Begin with a scope: its first page, then live. */
async function enter() {
  entering.peek()?.abort();
  const stop = (entering.value = new AbortController());
  meanwhile = [];
  matching?.close();
  matching = null;
  const { inbox, q, sort } = scope();
  try {
    const page = await api.page({ inbox, q, sort }, 0, PAGE, stop.signal);
    batch(() => {
      list.reset(page);
      held.value = aside.value = 0;
      asOf.value = page.cursor;
      counts(page);
      loaded.value = true;
      revision.value += 1;
    });
    listen(page.cursor);
    if (q) matching = new Live({ inbox, q }, page.cursor, { frame: hearMatching, state: () => {} });
    entering.value = null;
    for (const frame of meanwhile) hearAll(frame, false);
  } catch (error) {
    if (stop.signal.aborted) return;
    entering.value = null;
    searchError.value = "";
    refusal(error);
  }
}

/** Be told of everything that happens, from now on till the end. @param {string} cursor "" is from now on */
function listen(cursor) {
  everything ??= new Live({ inbox: "", q: "" }, cursor, { frame: hearAll, state: told });
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
  if (entering.peek()) return void meanwhile.push(frame);
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
  if (frame.stats && !scope().q && !scope().inbox && frame.stats.Total !== list.total + aside.value) heal();
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
      if (inScope(event, scope()) && !apply(event, Boolean(scope().q || scope().inbox || scope().sort))) heal();
    }
  });
  if (frame.events?.length) touched();
}

function begin() {
  void enter();
  rail();
}

export function start() {
  void api.webui().then((answer) => (webui.value = answer), () => {});
  const asked = computed(() => (void route.value, JSON.stringify(scope()))); // the same for whatever is open in it
  effect(() => {
    void asked.value;
    untracked(begin);
  });
  effect(() => {
    void [listTop.value, listRows.value, revision.value, held.value, prefs.value.dense];
    show();
  });
  setInterval(() => (now.value = Date.now()), 20_000);
}
