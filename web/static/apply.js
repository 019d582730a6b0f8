/**
 * What a live event does to the list and to what is shown.
 *
 * @import { LiveEvent, Summary } from "../types/wire.d.ts"
 * @import { Scope } from "./api.js"
 */
import {
  active, asOf, aside, bodies, held, list, listTop, opened, outer, paused, route, scopeUnread, selected,
} from "./store.js";

/** Ids that were deleted here, before the server was asked: its event brings no news. @type {Set<string>} */
export const gone = new Set();

/** @param {LiveEvent} event @param {Scope} scope @returns {boolean} */
export function inScope(event, scope) {
  if (event.type === "new") return !scope.inbox || event.inbox === scope.inbox;
  return true;
}

/** @returns {boolean} whether new rows must wait, so that nothing moves under the eyes */
export const holding = () => paused.peek() || listTop.peek() > 0 || route.peek().id !== "" || selected.peek().size > 0;

/**
 * @param {LiveEvent} event
 * @param {boolean} narrowed the list shows a part of everything
 * @returns {boolean} false: the list must be fetched again
 */
export function apply(event, narrowed) {
  switch (event.type) {
    case "new":
      return route.peek().sort ? wait(event) : arrive(event.message);
    case "update":
      return update(event);
    case "delete":
      return leave(event.ids, event.reason === "evicted" && !narrowed);
    case "truncate":
      return truncate(event.inbox);
    case "restore":
      for (const id of event.ids) gone.delete(id);
      return event.ids.every((id) => list.indexOf(id) >= 0);
    case "sessions":
      return true;
    default:
      return false;
  }
}

/** @param {Summary} summary */
function arrive(summary) {
  if (!list.push(summary)) return true;
  if (holding()) held.value += 1;
  if (!summary.Read) scopeUnread.value += 1;
  return true;
}

/** One more for a sorted list. @param {Extract<LiveEvent, { type: "new" }>} event */
function wait({ seq, message }) {
  if (seq <= Number(asOf.value.split("-").at(-1))) return true;
  aside.value += 1;
  if (!message.Read) scopeUnread.value += 1;
  return holding();
}

/** @param {Extract<LiveEvent, { type: "update" }>} event */
function update(event) {
  /** @type {Partial<Summary>} */
  const change = { ...event.message };
  if (event.Read !== undefined) change.Read = event.Read;
  if (event.Tags) change.Tags = event.Tags;
  for (const id of event.ids) {
    const before = list.change(id, change);
    if (before && event.Read !== undefined && before.Read !== event.Read) scopeUnread.value += event.Read ? -1 : 1;
    const body = bodies.get(id);
    if (body && event.Tags) amend(id, event.Tags);
  }
  return event.ids.length > 0;
}

/** @param {string} id @param {string[]} tags */
export function amend(id, tags) {
  const body = bodies.get(id);
  if (!body) return;
  bodies.set(id, { ...body, Tags: tags });
  if (opened.value.message?.ID === id) opened.value = { ...opened.value, message: { ...body, Tags: tags } };
}

/**
 * Take messages off the screen.
 * @param {string[]} ids
 * @param {boolean} oldest those we do not know are the oldest of the list
 * @returns {boolean} false: some were at places that we do not know
 */
export function leave(ids, oldest) {
  const news = ids.filter((id) => !gone.delete(id));
  if (!news.length) return true;
  if (news.includes(outer(route.value.id))) opened.value = { state: "gone", message: opened.value.message, error: "" };
  if (oldest) {
    const unread = news.filter((id) => list.summaries.get(id)?.Read === false).length;
    scopeUnread.value = Math.max(0, scopeUnread.value - unread);
  }
  const { unknown } = take(oldest ? list.evict(news) : news);
  return !unknown && !oldest; // evictions make room while others come: look again when it is quiet
}

/** @param {Iterable<string>} ids @returns {ReturnType<typeof list.remove> & { unread: number }} */
export function take(ids) {
  const all = [...ids];
  const unread = all.filter((id) => list.summaries.get(id)?.Read === false).length;
  const newest = list.total - held.value;
  const result = list.remove(all);
  held.value -= result.removed.filter(([place]) => place >= newest).length;
  scopeUnread.value = Math.max(0, scopeUnread.value - unread);
  if (all.some((id) => selected.value.has(id))) selected.value = selected.value.difference(new Set(all));
  return { ...result, unread };
}

/** @param {string | null} inbox */
function truncate(inbox) {
  if (inbox !== null && inbox !== route.value.inbox) return false;
  if (list.total === 0) return true;
  list.clear();
  held.value = aside.value = 0;
  scopeUnread.value = 0;
  selected.value = new Set();
  active.value = "";
  if (route.value.id) opened.value = { state: "gone", message: opened.value.message, error: "" };
  return true;
}
