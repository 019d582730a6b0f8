/** @import { Message } from "../../types/wire.d.ts" */
import { html, useEffect, useSignal } from "../vendor/preact.js";
import { part, raw } from "../api.js";
import { size } from "../format.js";
import { Code } from "./code.js";
import { Icon } from "./icon.js";

const CHUNK = 128 * 1024;

/** The mail as it was sent, from its beginning. @param {{ message: Message }} props */
export function Raw({ message }) {
  const bytes = useSignal(CHUNK);
  const got = useSignal(/** @type {{ text: string, whole: boolean } | null} */ (null));
  const error = useSignal("");
  useEffect(() => {
    let here = true;
    raw(message.ID, bytes.value).then((answer) => here && (got.value = answer), (refusal) => here && (error.value = refusal.message));
    return () => void (here = false);
  }, [bytes.value]);
  if (error.value) return html`<div class="nothing"><p class="nothing-title">Not to be had</p><p>${error.value}</p></div>`;
  if (!got.value) return html`<p class="loading">Loading</p>`;
  const more = !got.value.whole && html`<div class="more">The first ${size(bytes.value)} of ${size(message.Size)}.
    <button type="button" class="button plain with-text" onClick=${() => (bytes.value *= 4)}>Load more</button>
    <a class="button with-text" href=${part(message.ID, "/raw?dl=1")} download=${`${message.ID}.eml`}><${Icon} name="download" /><span>Download .eml</span></a></div>`;
  return html`<${Code} text=${got.value.text} name=${`As sent, ${size(message.Size)}`} more=${more} />`;
}
