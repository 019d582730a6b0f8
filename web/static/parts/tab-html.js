/** @import { Message } from "../../types/wire.d.ts" */
/** @import { Prefs } from "../store.js" */
import { html, useEffect, useSignal } from "../vendor/preact.js";
import * as acts from "../acts.js";
import { detail, part } from "../api.js";
import { inert } from "../format.js";
import { prefer, prefs } from "../store.js";
import { Frame } from "./frame.js";
import { Icon } from "./icon.js";

const WIDTHS = /** @type {const} */ (["320", "375", "600", "768", "full", "all"]);
const BESIDE = WIDTHS.slice(0, 4); // those that "all" shows next to each other
const NAMES = { full: "Full", all: "All" };

/**
 * What the preview keeps the mail from fetching.
 * @param {{ id: string, remote: boolean }} props
 */
function Blocked({ id, remote }) {
  const found = useSignal(/** @type {{ Blocked: number, Remote: string[] }} */ ({ Blocked: 0, Remote: [] }));
  useEffect(() => {
    let here = true;
    detail(id, "/preview?count=1").then((answer) => here && (found.value = answer), () => {});
    return () => void (here = false);
  }, [id]);
  const { Blocked: count, Remote: urls } = found.value;
  if (!count && !remote) return html`<span class="quiet safe"><${Icon} name="shield" />Nothing remote in it</span>`;
  return html`<span class="blocked"><${Icon} name="shield" />
    ${remote ? "Remote content is loaded" : html`<button type="button" class="link-button" popovertarget="remote-list">${count} remote ${count === 1 ? "thing" : "things"} blocked</button>`}
    <button type="button" class="button plain with-text" aria-pressed=${remote} onClick=${() => acts.allowRemote(id)}>${remote ? "Block again" : "Load"}</button>
    <div id="remote-list" class="popover" popover role="dialog" tabindex="0" aria-label="What was blocked"><p>The sender sees that you read the mail when these are loaded.</p>
      <ul class="urls">${urls.map((url) => html`<li key=${url}>${url}</li>`)}</ul></div></span>`;
}

/** @param {{ value: Prefs["width"] }} props */
function Widths({ value }) {
  return html`<fieldset class="segments"><legend class="sr">Width of the preview</legend>${WIDTHS.map((width) => html`<label key=${width} class="segment">
    <input type="radio" name="width" value=${width} checked=${value === width} onChange=${() => prefer({ width })} /><span title=${width === "all" ? "Every width next to each other" : undefined}>${NAMES[/** @type {"all"} */ (width)] ?? width}</span></label>`)}</fieldset>`;
}

/**
 * The HTML as a mail client shows it, in one width or in all of them next to each other.
 * @param {{ message: Message, remote: boolean }} props
 */
export function Preview({ message, remote }) {
  const { width, dark, images } = prefs.value;
  if (!message.HTML) return html`<div class="nothing"><p class="nothing-title">No HTML part</p><p>Press <kbd>2</kbd> for the text.</p></div>`;
  const query = [remote && "remote=1", !images && "noimages=1"].filter(Boolean).join("&");
  const source = part(message.ID, `/preview${query && "?"}${query}`);
  const title = `HTML of ${inert(message.Subject) || "the message"}`;
  const shown = width === "all" ? BESIDE : [width];
  return html`<div class="panel-bar">
      <${Widths} value=${width} />
      <button type="button" class="button plain with-text dark-toggle" aria-pressed=${dark} onClick=${() => prefer({ dark: !dark })}
        title="Tell the mail that the reader prefers dark: what it says in prefers-color-scheme applies"><${Icon} name="moon" /><span>Prefers dark</span></button>
      <button type="button" class="button plain with-text dark-toggle" aria-pressed=${!images} onClick=${() => prefer({ images: !images })}
        title="As who has images off sees it, those that came along too"><${Icon} name="noimage" /><span>Images off</span></button>
      <span class="spring"></span>
      <${Blocked} key=${message.ID} id=${message.ID} remote=${remote} />
    </div>
    <div class="stage" role="group" tabindex="0" aria-label="Preview">${shown.map((one) => html`<figure key=${one} class=${`sheet width-${one}`}>${width === "all" && html`<figcaption>${one} px</figcaption>`}
      <${Frame} key=${source} source=${source} title=${width === "all" ? `${title}, ${one} px wide` : title} dark=${dark} /></figure>`)}</div>`;
}
