/**
 * Deleting: off the screen at once, hidden on the server for a while, gone after that.
 */
import * as api from "./api.js";
import { close, failed, messages, open } from "./acts.js";
import { gone, take } from "./apply.js";
import { rail } from "./news.js";
import { track } from "./pending.js";
import { heal } from "./pages.js";
import { offerUndo } from "./toasts.js";
import { batch } from "./vendor/preact.js";
import { active, list, narrow, outer, panel, revision, route, rowAt, rowOf, scopeUnread, shown, totals } from "./store.js";

const UNDO_SECONDS = 30;

/** Off the screen now; gone from the server in 30 seconds unless undone. @param {string[]} ids */
export function remove(ids) {
  if (!ids.length) return;
  const row = rowOf(ids.includes(active.peek()) ? active.peek() : ids[0]);
  const leaving = ids.includes(outer(route.peek().id));
  for (const id of ids) gone.add(id);
  const { removed, unread } = take(ids);
  totals.value = { total: totals.value.total - ids.length, unread: Math.max(0, totals.value.unread - unread) };
  revision.value += 1;
  const next = rowAt(Math.max(0, Math.min(row, shown.value - 1)));
  active.value = next?.ID ?? "";
  if (leaving) next && !narrow.peek() ? open(next.ID, { replace: true }) : close();
  const token = track(api.remove(ids, UNDO_SECONDS));
  token.then(rail, (error) => {
    putBack(ids, removed, unread);
    failed(error, "Not deleted");
  });
  offerUndo(`${messages(ids.length)} deleted`, async () => {
    putBack(ids, removed, unread);
    active.value = ids[0];
    if (leaving) open(ids[0], { replace: true });
    await track(token.then(api.restore)).catch((error) => failed(error, "Not restored"));
    heal();
  }, UNDO_SECONDS);
}

/** @param {string[]} ids @param {[number, string][]} removed @param {number} unread */
function putBack(ids, removed, unread) {
  for (const id of ids) gone.delete(id);
  list.insert(removed);
  batch(() => {
    scopeUnread.value += unread;
    totals.value = { total: totals.value.total + ids.length, unread: totals.value.unread + unread };
    revision.value += 1;
  });
}

/** Everything in the scope: the dialog has asked before. */
export async function removeAll() {
  panel.value = "";
  const { length } = list.ids;
  try {
    const token = await track(api.removeAll({ inbox: route.peek().inbox, q: route.peek().q }, UNDO_SECONDS));
    if (route.peek().id) close();
    heal();
    offerUndo(`${messages(length)} deleted`, () => track(api.restore(token)).then(heal, (error) => failed(error, "Not restored")), UNDO_SECONDS);
  } catch (error) {
    failed(error, "Not deleted");
  }
}
