/** What static/vendor/preact.js exports, typed by the packages it is made from. */
export { h, render, Fragment, Component } from "preact";
export type { ComponentChildren, VNode, RefObject } from "preact";
export { useEffect, useLayoutEffect, useMemo, useRef, useState, useCallback, useId } from "preact/hooks";
export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from "@preact/signals";
export type { Signal, ReadonlySignal } from "@preact/signals";
import type { VNode } from "preact";
export declare const html: (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
