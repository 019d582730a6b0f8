/**
 * Notifications of the system about new mail, for who asked for them and looks elsewhere.
 *
 * @import { Summary } from "../types/wire.d.ts"
 */
import { inert } from "./format.js";
import { go } from "./router.js";
import { prefer, prefs } from "./store.js";
import { tell } from "./toasts.js";

/** @param {boolean} on @returns {Promise<boolean>} what it is now: the browser may refuse */
export async function notify(on) {
  const allowed = on && (await globalThis.Notification?.requestPermission()) === "granted";
  if (on && !allowed) tell("The browser does not allow notifications of this page", { kind: "error" });
  prefer({ notify: allowed });
  return allowed;
}

/** @param {string} title @param {Summary} message the newest; a click opens it */
export function told(title, { ID, Subject }) {
  if (!prefs.peek().notify || !document.hidden || globalThis.Notification?.permission !== "granted") return;
  const note = new Notification(title, { body: inert(Subject), tag: "mailtrap-local", silent: true });
  note.onclick = () => {
    window.focus();
    go({ view: "mail", id: ID, other: "", tab: "" });
    note.close();
  };
}
