/**
 * The live connection: one WebSocket that comes back by itself.
 *
 * 1. It begins at the cursor that the list came with, so nothing falls between.
 * 2. Lost, it tries again after 0.5 s, twice as long each time, at most 15 s, with jitter; at once when the network or
 *    the page comes back. It resumes behind the last cursor; `reset` says that this cannot be, and to load anew.
 * 3. While the page is hidden in the back-forward cache there is no connection; it is opened again on return.
 *
 * @import { Frame } from "../types/wire.d.ts"
 * @import { Scope } from "./api.js"
 */
import { root } from "./api.js";

const FIRST = 500;
const LONGEST = 15_000;

export class Live {
  /**
   * @param {Scope} scope
   * @param {string} cursor
   * @param {{ frame: (frame: Frame, resumed: boolean) => void, state: (state: "connecting" | "live" | "waiting", retryAt: number) => void }} to
   */
  constructor(scope, cursor, to) {
    this.scope = scope;
    this.cursor = cursor;
    this.to = to;
    this.attempt = 0;
    this.closed = false;
    this.lost = false;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.timer = 0;
    this.wake = () => this.socket || this.closed || document.hidden || this.open();
    this.rest = () => this.socket?.close();
    addEventListener("online", this.wake);
    addEventListener("pageshow", this.wake);
    addEventListener("pagehide", this.rest);
    document.addEventListener("visibilitychange", this.wake);
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    const url = new URL(`${root()}/live`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.search = String(new URLSearchParams({ query: this.scope.q, inbox: this.scope.inbox, since: this.cursor }));
    for (const [name, value] of [...url.searchParams]) if (!value) url.searchParams.delete(name);
    this.to.state("connecting", 0);
    const socket = (this.socket = new WebSocket(url));
    socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    socket.onclose = () => socket === this.socket && this.fell();
  }

  /** @param {Frame} frame */
  hear(frame) {
    const first = this.attempt >= 0;
    const resumed = first && this.lost;
    this.attempt = -1;
    this.lost = false;
    this.cursor = frame.cursor;
    if (first) this.to.state("live", 0);
    this.to.frame(frame, resumed);
  }

  fell() {
    this.socket = null;
    if (this.closed) return;
    this.lost = true;
    this.attempt += 1;
    const pause = Math.min(LONGEST, FIRST * 2 ** this.attempt) * (0.5 + Math.random() / 2);
    this.to.state("waiting", Date.now() + pause);
    this.timer = setTimeout(() => this.open(), pause);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.wake);
    removeEventListener("pageshow", this.wake);
    removeEventListener("pagehide", this.rest);
    document.removeEventListener("visibilitychange", this.wake);
    this.socket?.close();
    this.socket = null;
  }
}
