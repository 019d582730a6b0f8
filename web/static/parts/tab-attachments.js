/** @import { Attachment, Message } from "../../types/wire.d.ts" */
import { html, useSignal } from "../vendor/preact.js";
import { part } from "../api.js";
import { inert, size } from "../format.js";
import { Icon } from "./icon.js";

const MOST = 100;

/** @param {{ id: string, file: Attachment, inline: boolean }} props */
function File({ id, file, inline }) {
  const { PartID, FileName, ContentType, ContentID, Size, Checksums } = file;
  const name = inert(FileName || ContentID) || `part ${PartID}`;
  return html`<li class="attachment">
    ${/^image\/(?!svg)/.test(ContentType)
      ? html`<img class="thumb" src=${part(id, `/part/${PartID}/thumb`)} alt="" width="90" height="60" loading="lazy" />`
      : html`<span class="thumb kind" aria-hidden="true">${ContentType.split("/")[1]?.slice(0, 10) ?? ""}</span>`}
    <div class="attachment-text">
      <p class="attachment-name">${name}</p>
      <p class="quiet">${ContentType} · ${size(Size)} · part ${PartID}${inline ? " · inline" : ""}${ContentID && ContentID !== name ? ` · <${ContentID}>` : ""}</p>
      <details><summary>Checksums</summary><dl class="sums">${Object.entries(Checksums).map(([kind, sum]) => html`<div key=${kind}><dt>${kind}</dt><dd><code>${sum}</code></dd></div>`)}</dl></details>
    </div>
    <a class="button with-text" href=${part(id, `/part/${PartID}`)} download=${FileName || `part-${PartID}`}><${Icon} name="download" /><span>Download<span class="sr"> ${name}</span></span></a>
  </li>`;
}

/** What is attached, then what is shown inside the text; of very many the first, until more is asked for. @param {{ message: Message }} props */
export function Attachments({ message }) {
  const most = useSignal(MOST);
  const { ID, Attachments: attached, Inline } = message;
  const files = [...attached.map((file) => ({ file, inline: false })), ...Inline.map((file) => ({ file, inline: true }))];
  if (!files.length) return html`<div class="nothing"><p class="nothing-title">Nothing is attached</p></div>`;
  return html`<ul class="attachments">
      ${files.slice(0, most.value).map(({ file, inline }) => html`<${File} key=${file.PartID} id=${ID} file=${file} inline=${inline} />`)}
    </ul>
    ${files.length > most.value && html`<p class="more">The first ${most.value} of ${files.length}.
      <button type="button" class="button plain with-text" onClick=${() => (most.value *= 4)}>Show more</button></p>`}`;
}
