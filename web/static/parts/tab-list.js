/** @import { Tab } from "../store.js" */
import { html } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { TABS, tabKey } from "../tabs.js";

/** @param {{ shown: Tab, files: number, defects: number, links: number }} props */
export function TabList({ shown, files, defects, links }) {
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const at = TABS.findIndex(({ name }) => name === shown);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const tab = TABS[(to + TABS.length) % TABS.length];
    acts.openTab(tab.name);
    document.getElementById(`tab-${tab.name}`)?.focus();
  };
  /** @type {Partial<Record<Tab, number>>} */
  const counts = { attachments: files, tree: defects, links };
  return html`<div class="tabs" role="tablist" aria-label="Views of the message" onKeyDown=${press}>
    ${TABS.map(({ name, label }, at) => html`<button type="button" role="tab" key=${name} id=${`tab-${name}`} class="tab"
      aria-selected=${name === shown} aria-controls="panel" tabindex=${name === shown ? 0 : -1} title=${`${label} (${tabKey(at)})`}
      onClick=${() => acts.openTab(name)}>${label}${counts[name] ? html`<span class=${`badge ${name === "tree" ? "warn" : ""}`}>${counts[name]}</span>` : ""}</button>`)}
  </div>`;
}
