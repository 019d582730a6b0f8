import { html } from "../vendor/preact.js";
import { prefer, prefs } from "../store.js";

const STEP = 24;

/**
 * The line between two panes: drag it, or focus it and press the arrow keys.
 * @param {{ pane: "rail" | "list", label: string, min: number, max: number }} props
 */
export function Splitter({ pane, label, min, max }) {
  const width = prefs.value[pane];
  /** @param {number} to */
  const resize = (to) => prefer({ [pane]: Math.round(Math.min(max, Math.max(min, to))) });
  /** @param {PointerEvent} event */
  const grab = (event) => {
    const handle = /** @type {HTMLElement} */ (event.currentTarget);
    const from = event.clientX - width;
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (move) => resize(move.clientX - from);
    handle.onpointerup = handle.onpointercancel = () => (handle.onpointermove = null);
  };
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const to = { ArrowLeft: width - STEP, ArrowRight: width + STEP, Home: min, End: max }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    resize(to);
  };
  return html`<div class=${`splitter ${pane}-splitter`} role="separator" tabindex="0" aria-label=${label} aria-orientation="vertical"
    aria-valuenow=${width} aria-valuemin=${min} aria-valuemax=${max} onPointerDown=${grab} onKeyDown=${press}></div>`;
}
