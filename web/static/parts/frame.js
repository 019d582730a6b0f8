import { html } from "../vendor/preact.js";

/**
 * A frame that can do nothing: it and its answer both forbid scripts, forms and our origin (SECURITY 6). Give it a key of
 * its own for each source, so that looking at mail leaves no trail in the history.
 * @param {{ source: string, title: string, dark: boolean }} props
 */
export const Frame = ({ source, title, dark }) => html`<iframe class=${`frame ${dark ? "dark" : ""}`} src=${source} title=${title}
  sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>`;
