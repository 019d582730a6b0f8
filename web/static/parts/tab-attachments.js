/** @import { Attachment, Message } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { part } from "../api.js";
import { size } from "../format.js";
import { Icon } from "./icon.js";

/** @param {{ id: string, file: Attachment, inline: boolean }} props */
function File({ id, file, inline }) {
  const { PartID, FileName, ContentType, ContentID, Size, Checksums } = file;
  const name = FileName || ContentID || `part ${PartID}`;
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

/** @param {{ message: Message }} props */
export function Attachments({ message }) {
  const { ID, Attachments: files, Inline } = message;
  if (!files.length && !Inline.length) return html`<div class="nothing"><p class="nothing-title">Nothing is attached</p></div>`;
  return html`<ul class="attachments">
    ${files.map((file) => html`<${File} key=${file.PartID} id=${ID} file=${file} inline=${false} />`)}
    ${Inline.map((file) => html`<${File} key=${file.PartID} id=${ID} file=${file} inline=${true} />`)}
  </ul>`;
}
