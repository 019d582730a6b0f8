import { html } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { count } from "../format.js";
import { aside, held, paused } from "../store.js";
import { Icon } from "./icon.js";

/** How many messages wait above; a click shows them. */
export function Pill() {
  const waiting = held.value + aside.value;
  if (!waiting) return null;
  return html`<button type="button" class="pill" onClick=${acts.revealHeld} title=${aside.value ? "Sort them in (g g)" : "Newest message (g g)"}>
    <${Icon} name="up" /><span>${count(waiting)} new${paused.value ? " while paused" : ""}</span></button>`;
}
