import { useCallback } from "react";
import { useSearchParams } from "react-router-dom";

import { formatView, parseView, type View } from "./view";

/** The view in the address, and a way to go to another one. Airflow's UI remounts on a new path, not on this. */
export function useView(): [View, (next: View) => void] {
  const [params, setParams] = useSearchParams();
  const go = useCallback(
    (next: View) => {
      setParams(formatView(next));
    },
    [setParams],
  );
  return [parseView(params), go];
}
