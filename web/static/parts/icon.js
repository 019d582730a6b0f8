import { html } from "../vendor/preact.js";

/** Paths on a grid of 16, drawn as lines. */
const PATHS = {
  menu: "M2 4h12M2 8h12M2 12h12",
  back: "M10 3 5 8l5 5",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14",
  clip: "M12.5 7.5 8 12a2.8 2.8 0 0 1-4-4l5-5a1.9 1.9 0 0 1 2.7 2.7l-5 5a.9.9 0 0 1-1.3-1.3L9.8 5",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5",
  check: "m3 8.5 3.2 3.2L13 5",
  dot: "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z",
  mail: "M2 4h12v8.5H2zM2 4.5l6 4.5 6-4.5",
  open: "M2 6.5 8 2.5l6 4v6.5H2zM2 7l6 4 6-4",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "m5 3.5 7 4.5-7 4.5z",
  help: "M6 6a2 2 0 1 1 2.7 1.9c-.5.2-.7.6-.7 1.1v.5M8 12.2v.3",
  find: "M5.5 5.5h5v5h-5zM5.5 5.5v-1.5A1.5 1.5 0 1 0 4 5.5zM10.5 5.5H12A1.5 1.5 0 1 0 10.5 4zM10.5 10.5V12A1.5 1.5 0 1 0 12 10.5zM5.5 10.5H4A1.5 1.5 0 1 0 5.5 12z",
  settings: "M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6M10 2.8v3.4M6 9.8v3.4",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  noimage: "M2.5 3.5h11v9h-11zM2.5 10.5 6 7.5l3 2.5M1.5 14.5l13-13",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5Z",
  system: "M2 3h12v8H2zM6 13.5h4",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.5h10",
  compare: "M2.5 3h4.5v10H2.5zM9 3h4.5v10H9zM4 6h1.5M10.5 6H12M10.5 8.5H12",
  calendar: "M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.5V5M10.5 2.5V5",
  pin: "M5.5 2.5h5l-1 5 2.5 2.5h-8L6.5 7.5zM8 10v4",
  copy: "M6 6V3h7v7h-3M3 6h7v7H3z",
  link: "M6.5 9.5l3-3M7 5l1.5-1.5a2.5 2.5 0 0 1 3.5 3.5L10.5 8.5M9 11l-1.5 1.5A2.5 2.5 0 0 1 4 9l1.5-1.5",
  close: "m4 4 8 8M12 4l-8 8",
  warn: "M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.8v.2",
  shield: "M8 2 3 4v4c0 3 2 5 5 6 3-1 5-3 5-6V4z",
  bounce: "M6 3.5 2.5 7 6 10.5M3 7h7a3 3 0 0 1 0 6.5H7.5",
  up: "M8 13V3.5M4 7.5l4-4 4 4",
  tag: "M2.5 8V2.5H8l5.5 5.5L8 13.5zM5.2 5.2h.1",
  inbox: "M2 9l2-6h8l2 6v4H2zM2 9h3.5l1 1.5h3L10.5 9H14",
  session: "M3 3h10v10H3zM5.5 6.5 7 8l-1.5 1.5M8.5 10h2",
  plus: "M8 3v10M3 8h10",
  bolt: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
  sort: "M5 3v10M2.5 10.5 5 13l2.5-2.5M9 4h5M9 8h4M9 12h2.5",
  runs: "M2.5 3.5h11M2.5 8h7M2.5 12.5h4M11 7.5l3 2.5-3 2.5z",
  again: "M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3",
  send: "M14 2 2 7l4.5 2L9 14zM6.5 9 14 2",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {{ name: IconName }} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;
}
