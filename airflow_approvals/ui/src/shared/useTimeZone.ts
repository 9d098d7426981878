import { useSyncExternalStore } from "react";

import { storedTimeZone } from "./time";

// Airflow's UI announces changes in its own tab by "local-storage"; "storage" comes from other tabs.
const CHANGES = ["storage", "local-storage"];

function subscribe(changed: () => void): () => void {
  for (const event of CHANGES) window.addEventListener(event, changed);
  return () => {
    for (const event of CHANGES) window.removeEventListener(event, changed);
  };
}

/** The zone chosen in Airflow's UI, also when it is changed there. */
export function useTimeZone(): string {
  return useSyncExternalStore(subscribe, () => storedTimeZone(localStorage.getItem("timezone")));
}
