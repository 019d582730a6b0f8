/** @import { Message } from "../../types/wire.d.ts" */
import { html, useSignal } from "../vendor/preact.js";
import { size } from "../format.js";
import { Copy } from "./copy.js";

const MOST = 60_000; // characters
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

/** The text as a mail client shows it; of a very long one the beginning, until more is asked for. @param {{ message: Message }} props */
export function Text({ message }) {
  const most = useSignal(MOST);
  const { Text: text, HasText } = message;
  if (!text) return html`<div class="nothing"><p class="nothing-title">No text</p><p>The message has neither a text part nor text in its HTML.</p></div>`;
  const lines = text.slice(0, most.value).split("\n");
  return html`<div class="panel-bar">
      ${HasText ? html`<span class="quiet">The text part</span>` : html`<span class="note">There is no text part: this was made from the HTML</span>`}
      <span class="spring"></span><${Copy} text=${text} named /></div>
    <div class="text">${lines.map((line, at) => html`<div key=${at} class=${/^>/.test(line) ? "quoted" : undefined}>${line ? linked(line) : "\n"}</div>`)}</div>
    ${text.length > most.value && html`<p class="more">The first ${size(most.value)} of ${size(text.length)}.
      <button type="button" class="button plain with-text" onClick=${() => (most.value *= 4)}>Load more</button></p>`}`;
}
