/** Notifications of the system about new mail, for who asked for them and looks elsewhere. */
import { prefer, prefs } from "./store.js";
import { tell } from "./toasts.js";

/** @param {boolean} on @returns {Promise<boolean>} what it is now: the browser may refuse */
export async function notify(on) {
  const allowed = on && (await globalThis.Notification?.requestPermission()) === "granted";
  if (on && !allowed) tell("The browser does not allow notifications of this page", { kind: "error" });
  prefer({ notify: allowed });
  return allowed;
}

/** @param {string} title @param {string} body */
export function told(title, body) {
  if (!prefs.peek().notify || !document.hidden || globalThis.Notification?.permission !== "granted") return;
  const note = new Notification(title, { body, tag: "mailtrap-local", silent: true });
  note.onclick = () => {
    window.focus();
    note.close();
  };
}
