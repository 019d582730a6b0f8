/** @import { Image, Link, ListUnsubscribe, Message } from "../../types/wire.d.ts" */
import { html, useSignal } from "../vendor/preact.js";
import { inert } from "../format.js";
import { Copy } from "./copy.js";
import { Icon } from "./icon.js";

const MOST = 200;
const OPENS = /^(https?|mailto):/i; // what a click may open: never a script, never an app that the mail names

/** @param {{ url: string }} props */
const Target = ({ url }) => (OPENS.test(url)
  ? html`<a href=${url} target="_blank" rel="noopener noreferrer">${inert(url)}</a>`
  : html`<span>${inert(url)}</span>`);

/** @param {{ link: Link }} props */
function Row({ link: { URL: url, Text, PartID } }) {
  return html`<li class="found">
    <div class="found-text"><p class=${Text ? "found-name" : "found-name quiet"}>${inert(Text) || "in the text"}</p><p class="url"><${Target} url=${url} /></p></div>
    <span class="chip" title="The part that has it">part ${PartID}</span><${Copy} text=${url} label=${`Copy ${inert(Text || url)}`} /></li>`;
}

/** @param {{ image: Image }} props */
function Picture({ image: { URL: url, Alt, PartID, Width, Height, Tracking } }) {
  const size = Width !== null || Height !== null ? `${Width ?? "?"} × ${Height ?? "?"}` : "";
  return html`<li class="found">
    <div class="found-text"><p class=${Alt ? "found-name" : "found-name quiet"}>${inert(Alt ?? "")}${Alt === "" ? "empty alt: decoration" : ""}${Alt === null
      ? html`<span class="note">no alt</span>` : ""}</p><p class="url">${inert(url.slice(0, 300))}${url.length > 300 ? "…" : ""}</p></div>
    ${Tracking && html`<span class="badge warn">tracking</span>`}${size && html`<span class="quiet">${size}</span>`}
    <span class="chip">part ${PartID}</span><${Copy} text=${url} label=${`Copy ${inert(Alt || "the URL of the image")}`} /></li>`;
}

/** @param {{ found: ListUnsubscribe }} props */
function Leaving({ found: { Header, Links, Errors, OneClick, Problems } }) {
  if (!Header && !Problems.length) return null;
  const curl = OneClick && `curl -X POST -d '${OneClick.Body}' '${OneClick.URL.replaceAll("'", "%27")}'`;
  return html`<section class="extracted" aria-label="Unsubscribe"><h2>Unsubscribe</h2>
    <ul>${Links.map((url) => html`<li class="found" key=${url}><div class="found-text"><p class="url"><${Target} url=${url} /></p></div><${Copy} text=${url} label=${`Copy ${inert(url)}`} /></li>`)}</ul>
    ${Errors && html`<p class="defect"><${Icon} name="warn" /><span>${inert(Errors)}</span></p>`}
    ${curl && html`<div class="found"><div class="found-text"><p class="found-name"><${Icon} name="check" /> One click is offered</p>
      <p class="url">${inert(curl)}</p></div><${Copy} text=${curl} label="Copy the request of one click" /></div>`}
    ${!Errors && Problems.map((problem) => html`<p class="defect" key=${problem}><${Icon} name="warn" /><span>${inert(problem)}</span></p>`)}
  </section>`;
}

/**
 * @template T
 * @param {{ title: string, all: T[], row: (one: T, at: number) => unknown }} props
 */
function Found({ title, all, row }) {
  const most = useSignal(MOST);
  if (!all.length) return null;
  return html`<section class="extracted" aria-label=${title}><h2>${title} <span class="quiet">${all.length}</span></h2>
    <ul>${all.slice(0, most.value).map(row)}</ul>
    ${all.length > most.value && html`<p class="more">The first ${most.value} of ${all.length}.
      <button type="button" class="button plain with-text" onClick=${() => (most.value *= 4)}>Show more</button></p>`}</section>`;
}

/** What can be taken out of the message: links, images, how to unsubscribe. Nothing of it is fetched. @param {{ message: Message }} props */
export function Links({ message }) {
  const { Links: links, Images: images, ListUnsubscribe: leaving } = message;
  return html`
    ${!links.length && html`<div class="nothing"><p class="nothing-title">No links</p><p>Neither the text nor the HTML has one.</p></div>`}
    <${Found} title="Links" all=${links} row=${(/** @type {Link} */ link, /** @type {number} */ at) => html`<${Row} key=${at} link=${link} />`} />
    <${Leaving} found=${leaving} />
    <${Found} title="Images" all=${images} row=${(/** @type {Image} */ image, /** @type {number} */ at) => html`<${Picture} key=${at} image=${image} />`} />`;
}
