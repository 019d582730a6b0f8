/** The tab's title and icon show how much is unread. */
import { effect } from "./vendor/preact.js";
import { current, route, totals } from "./store.js";

/** @param {number} unread */
const icon = (unread) => `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect x="2" y="6" width="28" height="20" rx="4" fill="#2f6fdb"/><path d="M6 11.500 16 19l10-7.500" fill="none" stroke="#fff" stroke-width="2.600"/>
<circle cx="22" cy="22" r="10" fill="#c62f3b"/><text x="22" y="26.500" font-family="sans-serif" font-weight="bold" font-size="13" text-anchor="middle" fill="#fff">${unread > 99 ? "∞" : unread}</text></svg>`)}`;

export function start() {
  const link = /** @type {HTMLLinkElement | null} */ (document.querySelector("link[rel=icon]"));
  const plain = link?.href ?? "";
  effect(() => {
    const { unread } = totals.value;
    const { inbox, q, id, view } = route.value;
    const where = (id && current.value?.Subject) || (view === "sessions" ? "SMTP sessions" : q || inbox);
    document.title = `${unread ? `(${unread}) ` : ""}${where ? `${where} · ` : ""}mailtrap-local`;
  });
  effect(() => {
    const { unread } = totals.value;
    if (link) link.href = unread ? icon(unread) : plain;
  });
}
