import { html } from "../vendor/preact.js";
import { toasts } from "../store.js";
import { dismiss } from "../toasts.js";
import { Button } from "./button.js";

export function Toasts() {
  return html`<section class="toasts" aria-label="Messages of this page">${toasts.value.map(({ key, text, kind, undo }) => html`<div key=${key} class=${`toast ${kind}`}>
    <span>${text}</span>
    ${undo && html`<button type="button" class="button with-text toast-undo" onClick=${undo}>Undo <kbd>z</kbd></button>`}
    <${Button} icon="close" label="Dismiss" onClick=${() => dismiss(key)} /></div>`)}</section>`;
}
