/**
 * What a person can do. Each act changes the screen first and asks the server then; if it refuses, the act is taken
 * back and said so.
 *
 * @import { Sort, Tab } from "./store.js"
 */
import * as api from "./api.js";
import { rail } from "./news.js";
import { SORTS } from "./sorts.js";
import { heal, look, reach } from "./pages.js";
import { go } from "./router.js";
import { offerUndo, tell } from "./toasts.js";
import { track } from "./pending.js";
import { batch } from "./vendor/preact.js";
import {
  active, aside, held, idAt, lastTab, list, listTop, narrow, remoteFor, revision, route, rowAt, rowOf, scopeUnread,
  selected, shown, spoken, totals,
} from "./store.js";

const scope = () => ({ inbox: route.peek().inbox, q: route.peek().q });
/** @param {number} count */
export const messages = (count) => `${count} ${count === 1 ? "message" : "messages"}`;

/** Say that the server refused. @param {unknown} error @param {string} what */
export function failed(error, what) {
  if (!(error instanceof api.ApiError)) throw error;
  tell(`${what}: ${error.message}`, { kind: "error" });
}

/** @param {string} id @param {{ replace?: boolean }} [how] */
export function open(id, how) {
  active.value = id;
  const tab = lastTab.peek() === "html" ? "" : lastTab.peek();
  go({ view: "mail", id, other: "", tab }, how);
}

/** @param {Tab} tab */
export function openTab(tab) {
  lastTab.value = tab;
  go({ tab }, { replace: true });
}

/** @param {string} id @returns {number} when it came, as far as it is known */
const came = (id) => Date.parse(list.summaries.get(id)?.Created ?? "") || 0;

/** Two selected messages next to each other, the older one left. */
export function compare() {
  const [id, other] = [...selected.peek()].sort((one, two) => came(one) - came(two));
  if (selected.peek().size !== 2) return void tell("Select two messages to compare them");
  go({ view: "mail", id, other, tab: "" });
}

export function close() {
  go({ id: "", other: "", tab: "" });
}

/** Move to another row; beside an open message, or where there is room, show it. @param {number} row @param {boolean} [extend] */
export function moveTo(row, extend = false) {
  if (row < 0 && (held.peek() || aside.peek())) return revealHeld();
  const to = Math.max(0, Math.min(shown.value - 1, row));
  const summary = rowAt(to);
  if (!summary) return void (to < shown.value && reach(to).then(() => rowAt(to) && moveTo(to, extend)));
  if (extend) select([active.peek(), summary.ID].filter(Boolean), true);
  active.value = summary.ID;
  if (!extend && !narrow.peek()) open(summary.ID, { replace: route.peek().id !== "" });
}

/** @param {number} by @param {boolean} [extend] */
export const move = (by, extend) => {
  const row = rowOf(active.peek());
  moveTo(row < 0 ? listTop.peek() : row + by, extend);
};

/** @param {Sort} sort */
export function sortBy(sort) {
  go({ sort });
  spoken.value = SORTS.find(([name]) => name === sort)?.[1] ?? "";
}

/** Show what came meanwhile, and go to the newest; a sorted list stays where it is. */
export function revealHeld() {
  if (route.peek().sort) return void look(true);
  batch(() => {
    held.value = 0;
    revision.value += 1;
  });
  const newest = rowAt(0);
  if (newest) {
    active.value = newest.ID;
    if (route.peek().id && !narrow.peek()) open(newest.ID, { replace: true });
  }
}

/** @param {string[]} ids @param {boolean} on */
export function select(ids, on) {
  const next = new Set(selected.peek());
  for (const id of ids) on ? next.add(id) : next.delete(id);
  selected.value = next;
}

export function toggleSelect(id = active.peek()) {
  if (id) select([id], !selected.peek().has(id));
}

/** Select from the row the keys are on to this one; rows that were never on screen are not known, and left out. @param {string} id */
export function selectTo(id) {
  const to = rowOf(id);
  const from = active.peek() ? rowOf(active.peek()) : to;
  const first = Math.min(from < 0 ? to : from, to);
  const length = Math.abs((from < 0 ? to : from) - to) + 1;
  select(Array.from({ length }, (_, at) => idAt(first + at)).filter(Boolean), true);
}

/** @param {string} id */
export function markRead(id) {
  if (list.summaries.get(id)?.Read !== true) void mark([id], true, { quiet: true });
}

/** @param {string[]} ids @param {boolean} read @param {{ quiet?: boolean }} [how] */
export async function mark(ids, read, { quiet = false } = {}) {
  const changed = ids.filter((id) => list.change(id, { Read: read })?.Read === !read);
  const by = read ? -changed.length : changed.length;
  batch(() => {
    scopeUnread.value = Math.max(0, scopeUnread.value + by);
    totals.value = { ...totals.value, unread: Math.max(0, totals.value.unread + by) };
    revision.value += 1;
  });
  if (!quiet) offerUndo(ids.length > 1 ? `${messages(ids.length)} marked ${read ? "read" : "unread"}` : "", () => mark(changed, !read, { quiet: true }));
  try {
    await track(api.mark(ids, read));
    rail();
  } catch (error) {
    failed(error, "Not marked");
    heal();
  }
}

/** @param {string[]} ids */
export function toggleRead(ids) {
  if (ids.length) void mark(ids, ids.some((id) => list.summaries.get(id)?.Read === false));
}

const MOST = 1000; // messages whose marking can be undone

export async function markAllRead() {
  const { inbox, q } = scope();
  try {
    const { messages: found, messages_count: all } = await api.page({ inbox, q: q ? `( ${q} ) is:unread` : "is:unread" }, 0, MOST);
    const ids = found.map(({ ID }) => ID);
    await track(all > MOST ? api.markAll(scope()) : api.mark(ids, true));
    if (all > MOST) tell("All marked read");
    else offerUndo(`${messages(all)} marked read`, () => track(api.mark(ids, false)).then(heal, (error) => failed(error, "Not undone")));
  } catch (error) {
    failed(error, "Not marked");
  }
  heal();
}

/** @param {string} id */
export const allowRemote = (id) => (remoteFor.value = remoteFor.peek() === id ? "" : id);

/** @param {string} id @param {{ Kind: string, Recipients: string[], Diagnostic: string }} order */
export async function bounce(id, order) {
  try {
    const { Recipients, Silent } = await track(api.bounce(id, order));
    const [first] = Silent;
    if (!Recipients.length) tell(`Nothing to report: ${first?.Reason ?? "nobody is concerned"}`);
    else tell(`Reported: ${order.Kind}, ${Recipients.length === 1 ? Recipients[0] : `${Recipients.length} recipients`}`);
  } catch (error) {
    failed(error, "Not reported");
  }
}
