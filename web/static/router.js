/**
 * The URL is the truth about where one is: inbox, message, tab and search.
 *
 *   /  /inbox/{name}  /view/{id}  /inbox/{name}/view/{id}     with ?tab= ?q= ?sort= ?with={other id} ?view=sessions
 *
 * @import { Route, Sort, Tab } from "./store.js"
 */
import { SORTS } from "./sorts.js";
import { base, route } from "./store.js";
import { TABS } from "./tabs.js";

/** @param {URL} url @returns {Route} */
export function read(url) {
  const path = url.pathname.slice(base.length).split("/").filter(Boolean).map(decodeURIComponent);
  const inbox = path[0] === "inbox" ? (path.splice(0, 2)[1] ?? "") : "";
  const tab = url.searchParams.get("tab") ?? "";
  return {
    view: url.searchParams.get("view") === "sessions" ? "sessions" : "mail",
    id: path[0] === "view" || url.searchParams.get("view") === "sessions" ? (path[1] ?? url.searchParams.get("id") ?? "") : "",
    other: url.searchParams.get("with") ?? "",
    tab: TABS.some(({ name }) => name === tab) ? /** @type {Tab} */ (tab) : "",
    inbox,
    q: url.searchParams.get("q") ?? "",
    sort: /** @type {Sort} */ (SORTS.find(([name]) => name === url.searchParams.get("sort"))?.[0] ?? ""),
  };
}

/** @param {Route} to @returns {string} */
export function write(to) {
  const inbox = to.inbox ? `/inbox/${encodeURIComponent(to.inbox)}` : "";
  const view = to.id && to.view === "mail" ? `/view/${encodeURIComponent(to.id)}` : "";
  const query = new URLSearchParams();
  if (to.view === "sessions") query.set("view", "sessions");
  if (to.view === "sessions" && to.id) query.set("id", to.id);
  if (to.q) query.set("q", to.q);
  if (to.sort) query.set("sort", to.sort);
  if (to.other && view) query.set("with", to.other);
  if (to.tab && view) query.set("tab", to.tab);
  const search = query.size ? `?${query}` : "";
  return `${base}${inbox}${view || (inbox ? "" : "/")}${search}`;
}

/** Go somewhere. @param {Partial<Route>} change @param {{ replace?: boolean }} [how] */
export function go(change, { replace = false } = {}) {
  const to = { ...route.peek(), ...change };
  const url = write(to);
  if (url !== location.pathname + location.search) history[replace ? "replaceState" : "pushState"](null, "", url);
  route.value = to;
}

export function start() {
  route.value = read(new URL(location.href));
  addEventListener("popstate", () => (route.value = read(new URL(location.href))));
}
