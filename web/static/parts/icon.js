import { html } from "../vendor/preact.js";

/** Paths on a grid of 16, drawn as lines. */
const PATHS = {
  menu: "M2 4h12M2 8h12M2 12h12",
  back: "M10 3 5 8l5 5",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14",
  clip: "M12.5 7.5 8 12a2.8 2.8 0 0 1-4-4l5-5a1.9 1.9 0 0 1 2.7 2.7l-5 5a.9.9 0 0 1-1.3-1.3L9.800 5",
  trash: "M3 4.500h10M6.500 4.500V3h3v1.500M4.500 4.500l.6 8.500h5.800l.6-8.500",
  check: "m3 8.500 3.200 3.200L13 5",
  dot: "M8 5.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5Z",
  mail: "M2 4h12v8.500H2zM2 4.500l6 4.500 6-4.500",
  open: "M2 6.500 8 2.500l6 4v6.500H2zM2 7l6 4 6-4",
  pause: "M5.500 3.500v9M10.500 3.500v9",
  play: "m5 3.500 7 4.500-7 4.500z",
  help: "M6 6a2 2 0 1 1 2.700 1.900c-.5.2-.7.6-.7 1.100v.5M8 12.200v.3",
  settings: "M2 4.500h6M12 4.500h2M2 11.500h2M8 11.500h6M10 2.800v3.400M6 9.800v3.400",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1.500v1M8 13.500v1M1.500 8h1M13.500 8h1M3.400 3.400l.7.7M11.900 11.900l.7.7M3.400 12.600l.7-.7M11.900 4.100l.7-.7",
  moon: "M13 9.500A5.500 5.500 0 0 1 6.500 3 5.500 5.500 0 1 0 13 9.500Z",
  system: "M2 3h12v8H2zM6 13.500h4",
  download: "M8 2.500v7.500M4.800 7 8 10.200 11.200 7M3 13.500h10",
  copy: "M6 6V3h7v7h-3M3 6h7v7H3z",
  link: "M6.500 9.500l3-3M7 5l1.500-1.500a2.500 2.500 0 0 1 3.500 3.500L10.500 8.500M9 11l-1.500 1.500A2.500 2.500 0 0 1 4 9l1.500-1.500",
  close: "m4 4 8 8M12 4l-8 8",
  warn: "M8 2.500 14.500 13.500h-13zM8 6.500v3.500M8 11.800v.2",
  shield: "M8 2 3 4v4c0 3 2 5 5 6 3-1 5-3 5-6V4z",
  bounce: "M6 3.500 2.500 7 6 10.500M3 7h7a3 3 0 0 1 0 6.500H7.500",
  up: "M8 13V3.500M4 7.500l4-4 4 4",
  tag: "M2.500 8V2.500H8l5.500 5.500L8 13.500zM5.200 5.200h.1",
  inbox: "M2 9l2-6h8l2 6v4H2zM2 9h3.500l1 1.500h3L10.500 9H14",
  session: "M3 3h10v10H3zM5.500 6.500 7 8l-1.500 1.500M8.500 10h2",
  plus: "M8 3v10M3 8h10",
  bolt: "M9 1.500 3.500 9H8l-1 5.500L12.500 7H8z",
  again: "M13 8a5 5 0 1 1-1.500-3.500M13 2v3h-3",
  send: "M14 2 2 7l4.500 2L9 14zM6.500 9 14 2",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {{ name: IconName }} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;
}
