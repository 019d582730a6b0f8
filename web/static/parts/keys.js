import { html } from "../vendor/preact.js";

const MAC = /Mac|iP/.test(navigator.platform);
const NAMES = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc", Delete: "Del", PageDown: "PgDn", PageUp: "PgUp", Ctrl: MAC ? "⌘" : "Ctrl" };

/** @param {string} keys as the table writes them @returns {string[]} as a keyboard names them */
const caps = (keys) => (keys === " " ? ["Space"] : keys.split(/[ +]/).map((one) => NAMES[/** @type {keyof typeof NAMES} */ (one)] ?? one));

/** @param {{ keys: string }} props */
export const Keys = ({ keys }) => html`<span class="keys">${caps(keys).map((cap, at) => html`<kbd key=${at}>${cap}</kbd>`)}</span>`;
