/** @import { Summary } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { PINNED } from "../tagging.js";
import { ago, brief, inert, recipients, whole } from "../format.js";
import { now } from "../store.js";
import { Icon } from "./icon.js";

/** What the envelope's recipient or the To field says, for the row. @param {Summary} summary */
const to = (summary) => recipients(summary.To) || recipients(summary.Cc) || recipients(summary.Bcc) || "(no recipient)";

/**
 * @param {{ summary: Summary, row: number, size: number, height: number, active: boolean, picked: boolean, inbox: boolean }} props
 */
export function Row({ summary, row, size, height, active, picked, inbox }) {
  const { ID, Read, From, Subject, Snippet, Created, Tags, Attachments } = summary;
  const name = `row ${Read ? "" : "unread"} ${active ? "active" : ""} ${picked ? "picked" : ""}`;
  return html`<div class=${name} id=${`row-${ID}`} role="option" aria-selected=${picked} aria-setsize=${size}
    aria-posinset=${row + 1} data-id=${ID} style=${{ transform: `translateY(${row * height}px)` }}>
    <span class="pick" title="Select (x)">${picked ? html`<${Icon} name="check" />` : html`<span class="unread-dot"></span>`}</span>
    <span class="who"><span class="sr">${Read ? "" : "Unread, "}from </span><span class="sender">${brief(From) || "(no sender)"}</span>
      <span class="to"><span class="sr">to </span><span aria-hidden="true">→ </span>${to(summary)}</span></span>
    <time class="when" datetime=${Created} title=${whole(Created)}>${ago(Created, now.value)}</time>
    <span class="what"><span class="subject">${inert(Subject) || "(no subject)"}</span> <span class="snippet">${inert(Snippet)}</span></span>
    <span class="marks">${inbox && summary.Inbox !== "default" && html`<span class="chip inbox-chip"><span class="sr">inbox </span>${summary.Inbox}</span>`}
      ${Tags.includes(PINNED) && html`<span class="clip" title="Pinned"><span class="sr">pinned</span><${Icon} name="pin" /></span>`}
      ${Tags.filter((tag) => tag !== PINNED).slice(0, 3).map((tag) => html`<span class="chip" key=${tag}><span class="sr">tag </span>${tag}</span>`)}
      ${Attachments > 0 && html`<span class="clip" title=${`${Attachments} attached`}><span class="sr">${Attachments} attached</span><${Icon} name="clip" /></span>`}</span>
  </div>`;
}

/** A row that has not been fetched yet. @param {{ row: number, size: number, height: number }} props */
export function Blank({ row, size, height }) {
  return html`<div class="row blank" role="option" aria-selected="false" aria-setsize=${size} aria-posinset=${row + 1}
    style=${{ transform: `translateY(${row * height}px)` }}><span class="sr">Loading</span><span class="bar"></span><span class="bar long"></span></div>`;
}
