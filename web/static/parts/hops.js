/** @import { Message } from "../../types/wire.d.ts" */
/** @import { Hop } from "../received.js" */
import { html } from "../vendor/preact.js";
import { inert, whole } from "../format.js";
import { hops, lasted } from "../received.js";

const SLOW = 60_000; // ms that a hop may take before one should ask why

/** @param {{ hop: Hop }} props */
function Delay({ hop: { delay } }) {
  if (Number.isNaN(delay)) return html`<span class="hop-delay quiet">–</span>`;
  const odd = delay < -1000 || delay > SLOW;
  return html`<span class=${`hop-delay ${odd ? "odd" : ""}`} title=${delay < -1000 ? "The clocks of these two servers disagree" : undefined}>${delay < -1000 ? "" : "+"}${lasted(delay)}</span>`;
}

/** @param {{ hop: Hop }} props */
function One({ hop }) {
  const facts = [["with", hop.with], ["via", hop.via], ["for", hop.for], ["id", hop.id]].filter(([, value]) => value);
  const when = Number.isNaN(hop.at) ? "tells no time" : whole(new Date(hop.at).toISOString());
  return html`<li class="hop"><${Delay} hop=${hop} /><div>
    ${hop.by || hop.from
      ? html`<p class="hop-way">${hop.from && html`<span class="quiet">from </span>${inert(hop.from)} `}${hop.by && html`<span class="quiet">by </span>${inert(hop.by)}`}</p>`
      : html`<p class="hop-way">${inert(hop.text)}</p>`}
    <p class="quiet">${[...facts.map(([name, value]) => `${name} ${inert(value)}`), when].join(" · ")}</p></div></li>`;
}

/** The way that the Received fields tell, from the first server to here. @param {{ message: Message }} props */
export function Hops({ message }) {
  const way = hops(message);
  if (!way.length) return null;
  const times = way.map(({ at }) => at).filter((at) => !Number.isNaN(at));
  return html`<details class="hops" open><summary>The way here: ${way.length} hops${times.length > 1 && html`, ${lasted(/** @type {number} */ (times.at(-1)) - times[0])} in all`}</summary>
    <ol aria-label="Hops">${way.map((hop, at) => html`<${One} key=${at} hop=${hop} />`)}</ol></details>`;
}
