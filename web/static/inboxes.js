/** Making inboxes, and deleting them with all that is theirs. */
import * as api from "./api.js";
import { failed } from "./acts.js";
import { put } from "./clipboard.js";
import { rail } from "./news.js";
import { track } from "./pending.js";
import { go } from "./router.js";
import { base, inboxes, made, route } from "./store.js";
import { heal } from "./pages.js";
import { offerUndo, tell } from "./toasts.js";

const UNDO_SECONDS = 30;

/** @param {string} name "" for a fresh one @returns {Promise<boolean>} whether it was made */
export async function make(name) {
  try {
    made.value = await api.makeInbox(name);
    inboxes.value = await api.inboxes();
    return true;
  } catch (error) {
    failed(error, "Not made");
    return false;
  }
}

/** Off the screen now; gone from the server in 30 seconds unless undone. @param {string} name */
export async function removeInbox(name) {
  const before = inboxes.peek();
  const whose = made.peek();
  inboxes.value = before.filter((one) => one.Name !== name);
  if (whose?.Name === name) made.value = null;
  const inside = route.peek().inbox === name;
  try {
    const token = await track(api.removeInbox(name, UNDO_SECONDS));
    if (inside) go({ inbox: "", id: "", q: "" });
    offerUndo(`Inbox ${name} deleted`, async () => {
      await track(api.restore(token)).catch((error) => failed(error, "Not restored"));
      if (inside) go({ inbox: name, id: "", q: "" });
      heal();
      rail();
    }, UNDO_SECONDS);
    heal();
    rail();
  } catch (error) {
    inboxes.value = before;
    made.value = whose;
    failed(error, "Not deleted");
  }
}

/** Copy what any client takes for the address of a server that has this inbox alone. @param {string} name */
export async function addressOf(name) {
  await put(`${location.origin}${base}/inbox/${encodeURIComponent(name)}`);
  tell("Base URL copied");
}
