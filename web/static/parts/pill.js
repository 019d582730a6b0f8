import { html } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { count } from "../format.js";
import { held, paused } from "../store.js";
import { Icon } from "./icon.js";

/** How many messages wait above; a click shows them. */
export function Pill() {
  if (!held.value) return null;
  return html`<button type="button" class="pill" onClick=${acts.revealHeld} title="Newest message (g g)">
    <${Icon} name="up" /><span>${count(held.value)} new${paused.value ? " while paused" : ""}</span></button>`;
}
