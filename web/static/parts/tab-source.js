/** @import { Message } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { size } from "../format.js";
import { Code } from "./code.js";

/** @param {{ message: Message }} props */
export function Source({ message }) {
  if (!message.HTML) return html`<div class="nothing"><p class="nothing-title">No HTML part</p></div>`;
  return html`<${Code} text=${message.HTML} markup name=${`HTML source, ${size(new Blob([message.HTML]).size)}`} />`;
}
