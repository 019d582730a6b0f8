import { opened } from "./store.js";
import { tell } from "./toasts.js";

/** Put text on the clipboard; without a secure context (http under a name of its own) by the old way. @param {string} text */
export async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr";
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
}

/** The first one-time code of the open message goes onto the clipboard. */
export async function copyCode() {
  const [code] = opened.peek().message?.Codes ?? [];
  if (code) await put(code);
  tell(code ? `Code ${code} copied` : "No one-time code is in this message");
}
