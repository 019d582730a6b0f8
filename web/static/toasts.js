/** What is said for a while at the foot of the page, and what can be undone. */
import { spoken, toasts, undoable } from "./store.js";

const SECONDS = 6;
let last = 0;

/** @param {number} key */
export function dismiss(key) {
  toasts.value = toasts.value.filter((toast) => toast.key !== key);
}

/** @param {string} text @param {{ kind?: "plain" | "error", undo?: (() => void) | null, seconds?: number }} [how] @returns {number} */
export function tell(text, { kind = "plain", undo = null, seconds = SECONDS } = {}) {
  const key = (last += 1);
  toasts.value = [...toasts.value.slice(-2), { key, text, kind, undo }];
  spoken.value = text;
  setTimeout(() => dismiss(key), seconds * 1000);
  return key;
}

/** @param {string} text "" to offer it by its key alone @param {() => unknown} act @param {number} [seconds] */
export function offerUndo(text, act, seconds = 10) {
  const undo = () => {
    undoable.value = undoable.value.filter((one) => one.key !== key);
    dismiss(key);
    act();
  };
  const key = text ? tell(text, { undo, seconds }) : (last += 1);
  undoable.value = [...undoable.value.slice(-20), { key, undo }];
  setTimeout(() => (undoable.value = undoable.value.filter((one) => one.key !== key)), seconds * 1000);
}

/** Take back the last act that can be taken back. */
export function undoLast() {
  const last = undoable.value.at(-1);
  if (last) last.undo();
  else tell("Nothing to undo");
}
