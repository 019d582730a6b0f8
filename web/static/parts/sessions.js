/** @import { SessionRow } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { ago, whole } from "../format.js";
import { go, write } from "../router.js";
import { now, opened, route, session, sessions } from "../store.js";
import { Button } from "./button.js";
import { Transcript } from "./transcript.js";

/** @param {{ row: SessionRow }} props */
function Row({ row }) {
  const { ID, Started, Peer, Helo, State, Caught, Errors } = row;
  const to = { ...route.value, view: /** @type {const} */ ("sessions"), id: ID };
  /** @param {MouseEvent} event */
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  };
  return html`<li><a class="session-row" href=${write(to)} aria-current=${route.value.id === ID ? "true" : undefined} onClick=${follow}>
    <span class="session-peer">${Helo || Peer}</span><time class="when" title=${whole(Started)}>${ago(Started, now.value)}</time>
    <span class="quiet">${Peer} · ${State} · ${Caught ? `${Caught} caught` : "nothing caught"}</span>
    ${Errors > 0 && html`<span class="badge warn">${Errors} ${Errors === 1 ? "error" : "errors"}</span>`}</a></li>`;
}

/** Every SMTP conversation, those too that were refused or brought nothing. */
export function SessionList() {
  const rows = sessions.value;
  return html`<section class="list-pane" aria-label="SMTP sessions">
    <div class="toolbar"><h1 class="toolbar-title">SMTP sessions</h1></div>
    ${rows && !rows.length && html`<div class="nothing"><p class="nothing-title">Nobody has called yet</p></div>`}
    <ul class="session-list">${rows?.map((row) => html`<${Row} key=${row.ID} row=${row} />`)}</ul>
  </section>`;
}

export function SessionView() {
  if (!route.value.id) {
    return html`<section class="reader" aria-label="Session"><div class="nothing"><p class="nothing-title">No session is open</p>
      <p>Each connection is kept with its commands and replies, also when it was refused.</p></div></section>`;
  }
  const body = session.value ? html`<${Transcript} session=${session.value} />`
    : opened.value.state === "failed" ? html`<div class="nothing"><p class="nothing-title">This session cannot be shown</p><p>${opened.value.error}</p></div>`
    : html`<p class="loading">Loading</p>`;
  return html`<article class="reader" aria-label="Session">
    <div class="message-actions"><${Button} icon="back" label="Back to the list" keys="Esc" class="back" onClick=${() => go({ id: "" })} /><span class="spring"></span></div>
    <header class="facts"><h1 class="message-title" tabindex="-1">Session of ${session.value?.Helo || session.value?.Peer || "a client"}</h1></header>
    <div class="panel" tabindex="0" role="region" aria-label="Transcript">${body}</div>
  </article>`;
}
