/** @import { ComponentChildren } from "../vendor/preact.js" */
/** @import { Panel } from "../store.js" */
import { html, useLayoutEffect, useRef } from "../vendor/preact.js";
import { panel } from "../store.js";
import { Button } from "./button.js";

/**
 * A modal dialog, open while `panel` bears its name.
 * @param {{ name: Panel, title: string, children?: ComponentChildren, wide?: boolean }} props
 */
export function Dialog({ name, title, children, wide }) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const open = panel.value === name;
  useLayoutEffect(() => { // at once: what is typed next is meant for it
    if (open && !ref.current?.open) ref.current?.showModal();
    if (!open) ref.current?.close();
  }, [open]);
  const close = () => {
    if (panel.peek() === name) panel.value = "";
  };
  /** @param {MouseEvent} event */
  const outside = (event) => event.target === ref.current && close();
  return html`<dialog ref=${ref} class=${`dialog ${wide ? "wide" : ""}`} aria-labelledby=${`${name}-title`} onClose=${close}
    onClick=${outside}>
    ${open && html`<div class="dialog-body">
      <div class="dialog-head"><h2 id=${`${name}-title`}>${title}</h2><${Button} icon="close" label="Close" keys="Esc" onClick=${close} /></div>
      ${children}
    </div>`}
  </dialog>`;
}
