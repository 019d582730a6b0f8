/** @import { Finding } from "../../types/wire.d.ts" */
import { html } from "../vendor/preact.js";
import { Icon } from "./icon.js";

const LEVELS = { fault: "Fault", warning: "Warning", note: "Note" };
const AGAIN = { "": "", later: "The same may work later.", never: "The same will fail again." };

/** @param {{ finding: Finding }} props */
function One({ finding }) {
  const { Level, Means, Change, Again, Evidence, RFC } = finding;
  return html`<li class=${`finding ${Level}`}><${Icon} name=${Level === "note" ? "help" : "warn"} />
    <div><p class="finding-means"><span class="sr">${LEVELS[Level]}: </span>${Means} ${AGAIN[Again]}</p><p>${Change}</p>
    <p class="quiet">${Evidence && html`<code>${Evidence}</code> `}${RFC}</p></div></li>`;
}

/** What went wrong in a session, and what to change. @param {{ findings: Finding[] }} props */
export function Findings({ findings }) {
  if (!findings.length) return null;
  return html`<section class="findings" aria-label="What went wrong">
    <ul>${findings.map((finding) => html`<${One} key=${`${finding.Name} ${finding.Line}`} finding=${finding} />`)}</ul></section>`;
}
