/** @import { Message } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { Copy } from "./copy.js";

const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g;

/** @param {string} line */
function linked(line) {
  const pieces = [];
  let from = 0;
  for (const { 0: url, index } of line.matchAll(LINK)) {
    pieces.push(line.slice(from, index), html`<a href=${url} target="_blank" rel="noopener noreferrer">${url}</a>`);
    from = index + url.length;
  }
  return [...pieces, line.slice(from)];
}

/** @param {{ message: Message }} props */
export function Text({ message }) {
  const { Text: text, HasText } = message;
  if (!text) return html`<div class="nothing"><p class="nothing-title">No text</p><p>The message has neither a text part nor text in its HTML.</p></div>`;
  const blocks = text.length > 200_000 ? [text] : text.split("\n");
  return html`<div class="panel-bar">
      ${HasText ? html`<span class="quiet">The text part</span>` : html`<span class="note">There is no text part: this was made from the HTML</span>`}
      <span class="spring"></span><${Copy} text=${text} named /></div>
    <div class="text">${blocks.length === 1 ? text : blocks.map((line, at) => html`<div key=${at} class=${/^>/.test(line) ? "quoted" : undefined}>${line ? linked(line) : "\n"}</div>`)}</div>`;
}
