/** @import { Message, Part } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { part as url } from "../api.js";
import * as acts from "../acts.js";
import { inert, size } from "../format.js";
import { isMessage } from "../inside.js";
import { Icon } from "./icon.js";

/** @param {Part} part */
const isContainer = (part) => part.Children.length > 0 || part.ContentType.startsWith("multipart/");

/** @param {{ id: string, part: Part, depth: number }} props */
function Node({ id, part, depth }) {
  const { PartID, ContentType, Charset, Disposition, FileName, ContentID, TransferEncoding, Size, Defects: defects, Children, Headers } = part;
  const details = [Charset, TransferEncoding, Disposition, ContentID && `<${ContentID}>`].filter(Boolean);
  return html`<li class="node">
    <div class="node-head">
      <span class="path">${PartID}</span><strong>${ContentType}</strong>
      ${FileName && html`<span class="file">${inert(FileName)}</span>`}
      <span class="quiet">${[...details, size(Size)].join(" · ")}</span>
      ${isMessage(part) && html`<button type="button" class="button with-text outlined" onClick=${() => acts.open(`${id}~${PartID}`)}>Open<span class="sr"> message ${PartID}</span></button>`}
      ${!isContainer(part) && html`<a class="button" href=${url(id, `/part/${PartID}`)} download=${FileName || `part-${PartID}`}
        aria-label=${`Download part ${PartID}`} title="Download, decoded"><${Icon} name="download" /></a>`}
    </div>
    <${Defects} defects=${defects} />
    ${depth > 0 && Headers.length > 0 && html`<details><summary>${Headers.length} header ${Headers.length === 1 ? "field" : "fields"}</summary>
      <table class="fields"><tbody>${Headers.map(({ Name, Value }, at) => html`<tr key=${at}><th scope="row">${Name}</th><td>${inert(Value)}</td></tr>`)}</tbody></table></details>`}
    ${Children.length > 0 && html`<ul>${Children.slice(0, 500).map((child) => html`<${Node} key=${child.PartID} id=${id} part=${child} depth=${depth + 1} />`)}
      ${Children.length > 500 && html`<li class="quiet">and ${Children.length - 500} more parts</li>`}</ul>`}
  </li>`;
}

const MOST = 10;

/** @param {{ defects: string[] }} props */
const Defects = ({ defects }) => html`${defects.map((defect, at) => html`<p class="defect" key=${at}><${Icon} name="warn" />${defect}</p>`)}`;

/** The MIME tree, with what is wrong in it. @param {{ message: Message }} props */
export function Tree({ message }) {
  const { Defects: defects } = message;
  return html`${defects.length > 0 && html`<section class="defect-list" aria-label="Defects"><h2>Defects</h2>
      <${Defects} defects=${defects.slice(0, MOST)} />
      ${defects.length > MOST && html`<details><summary>and ${defects.length - MOST} more</summary><${Defects} defects=${defects.slice(MOST, 1000)} /></details>`}</section>`}
    <ul class="tree"><${Node} id=${message.ID} part=${message.Parts} depth=${0} /></ul>`;
}
