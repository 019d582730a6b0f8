/**
 * The pages of the list: those that come into sight, and the one in sight again when what is known cannot be right.
 *
 * In a sorted list only the server can say where a new message belongs. The list is that of one cursor (`asOf`), so that
 * its pages fit together; what came since waits (`aside`) until it is asked for again.
 */
import * as api from "./api.js";
import { holding } from "./apply.js";
import { counts, rail } from "./news.js";
import { pending } from "./pending.js";
import {
  active, asOf, aside, entering, held, jump, list, listRows, listTop, loaded, revision, route, rowAt, rowOf, scopeUnread, searchError, touched,
} from "./store.js";
import { batch } from "./vendor/preact.js";

export const PAGE = 100;
const MOST = 500; // messages that the server sorts into a page

let healing = 0;
let fetching = false;

export const scope = () => {
  const { inbox, q, sort } = route.peek();
  return { inbox, q, sort };
};

/** @param {ReturnType<typeof scope>} asked @returns {boolean} whether one is elsewhere by now */
const left = (asked) => JSON.stringify(asked) !== JSON.stringify(scope());

/** Say so if it is the query's fault; else the live connection finds out what is wrong. @param {unknown} error @returns {undefined} */
export function missed(error) {
  if (!(error instanceof api.ApiError)) throw error;
  if (error.status === 400) searchError.value = error.message;
}

/** Fetch again what is in sight, once all is quiet; a sorted list once a second, since it may never be. */
export function heal() {
  const { sort } = scope();
  if (sort && healing) return;
  clearTimeout(healing);
  healing = setTimeout(() => {
    healing = 0;
    if (pending() || entering.peek() || fetching) heal();
    else void look(!holding());
  }, sort ? 1000 : 250);
}

/** Fetch what is in sight. @param {boolean} all with what waits to be sorted in */
export async function look(all) {
  const asked = scope();
  const until = asked.sort && !all ? asOf.peek() : "";
  const start = Math.max(0, listTop.peek() + held.peek() - 20);
  const page = await api.page({ ...asked, until }, start, Math.min(MOST, PAGE + aside.peek())).catch(missed);
  if (!page || left(asked)) return;
  batch(() => {
    const top = listTop.peek();
    const marked = rowOf(active.peek());
    const seen = marked >= top && marked < top + listRows.peek() ? active.peek() : (rowAt(top)?.ID ?? "");
    const before = rowOf(seen);
    const fits = page.messages_count === list.total && page.messages.every((m, at) => list.at(start + at)?.ID === m.ID);
    if (fits) list.place(page, list.ticket());
    else list.reset(page);
    held.value = Math.min(held.value, list.total);
    if (asked.sort && !until) {
      asOf.value = page.cursor;
      aside.value = 0;
    }
    if (asked.sort && holding() && rowOf(seen) >= 0) jump.value = rowOf(seen) - before;
    counts(page);
    if (until) scopeUnread.value += aside.value; // nobody can have read those
    revision.value += 1;
  });
  rail();
}

/** Fetch what is missing around the rows in sight. */
async function fill() {
  if (fetching || entering.peek() || !loaded.peek()) return;
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
  const asked = scope();
  const until = asked.sort && asOf.peek();
  const page = await api.page({ ...asked, until }, Math.max(0, start - 40), Math.max(PAGE, count + 80)).catch(missed);
  if (!page || left(asked)) return;
  if (list.place(page, ticket)) touched();
  else heal();
}

/** Make sure that a row is known, wherever it is. @param {number} row */
export async function reach(row) {
  if (!list.at(row + held.peek())) await fetchAround(row + held.peek(), 1);
}

let filling = 0;
/** Rows came into sight: fetch those that are not known, when the scrolling leaves time for it. */
export const show = () => {
  if (filling) return;
  filling = setTimeout(() => {
    filling = 0;
    void fill();
  }, 60);
};
