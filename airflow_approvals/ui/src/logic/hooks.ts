import { useCallback, useSyncExternalStore } from "react";
import { useSearchParams } from "react-router-dom";

import { storedTimeZone } from "./time";
import { formatView, parseView, type View } from "./query";

/** The view in the address, and a way to go to another one. Airflow's UI remounts on a new path, not on this. */
export function useView(): [View, (next: View) => void] {
  const [params, setParams] = useSearchParams();
  const go = useCallback((next: View) => setParams(formatView(next)), [setParams]);
  return [parseView(params), go];
}

/** The zone chosen in Airflow's UI, also when it is changed there. */
export function useTimeZone(): string {
  return useSyncExternalStore(
    (changed) => {
      // Airflow's UI announces changes in its own tab by "local-storage"; "storage" comes from other tabs.
      for (const event of ["storage", "local-storage"]) window.addEventListener(event, changed);
      return () => {
        for (const event of ["storage", "local-storage"]) window.removeEventListener(event, changed);
      };
    },
    () => storedTimeZone(localStorage.getItem("timezone")),
  );
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

/** The time, once a second; all countdowns share one clock. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      timer ??= setInterval(() => {
        now = Date.now();
        for (const each of listeners) each();
      }, 1000);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
    () => {
      if (timer === undefined) now = Date.now();
      return now;
    },
  );
}
