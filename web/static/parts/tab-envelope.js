/** @import { Message } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { differences } from "../envelope.js";
import { Icon } from "./icon.js";

/** @param {{ name: string, value: string, params?: string[] }} props */
function Fact({ name, value, params = [] }) {
  return html`<tr><th scope="row">${name}</th><td>${value}${params.length > 0 && html` <span class="quiet">${params.join(" ")}</span>`}</td></tr>`;
}

/** What the transaction said, and where the header says something else. @param {{ message: Message }} props */
export function Envelope({ message }) {
  const { Envelope: envelope } = message;
  const notes = differences(message);
  return html`<table class="fields"><thead class="sr"><tr><th scope="col">Field</th><th scope="col">Value</th></tr></thead><tbody>
      <${Fact} name="MAIL FROM" value=${envelope.From ? envelope.From : "<> (null reverse-path)"} params=${envelope.FromParams} />
      ${envelope.To.map(({ Address, Params }, at) => html`<${Fact} key=${at} name="RCPT TO" value=${Address} params=${Params} />`)}
      <${Fact} name="Peer" value=${envelope.Peer || "none"} />
      <${Fact} name="HELO" value=${envelope.Helo || "none"} />
      <${Fact} name="Protocol" value=${envelope.Protocol} />
      <${Fact} name="TLS" value=${envelope.TLS || "none"} />
      <${Fact} name="AUTH user" value=${envelope.Username || "none"} />
    </tbody></table>
    <section class="differences" aria-label="Envelope against header"><h2>Envelope against header</h2>
      ${notes.length ? html`<ul>${notes.map(({ title, text }) => html`<li key=${title + text}><${Icon} name="warn" /><span><strong>${title}</strong> ${text}</span></li>`)}</ul>`
        : html`<p class="quiet"><${Icon} name="check" /> They agree.</p>`}</section>`;
}
