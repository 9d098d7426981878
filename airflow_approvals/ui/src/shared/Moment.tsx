import type { ReactNode } from "react";

import { formatAge, formatFullTime, formatTime } from "./time";
import { useNow } from "./useNow";
import { useTimeZone } from "./useTimeZone";

/** A moment, in the zone chosen in Airflow's UI; the full time on hover. */
export function Time({ at }: { at: string }) {
  return <Moment at={at}>{formatTime(at, useTimeZone())}</Moment>;
}

/** How long ago a moment was; the full time on hover. */
export function Age({ at }: { at: string }) {
  return <Moment at={at}>{formatAge((useNow() - Date.parse(at)) / 1000)}</Moment>;
}

function Moment({ at, children }: { at: string; children: ReactNode }) {
  const timeZone = useTimeZone();
  return (
    <time dateTime={at} style={{ whiteSpace: "nowrap" }} title={formatFullTime(at, timeZone)}>
      {children}
    </time>
  );
}
