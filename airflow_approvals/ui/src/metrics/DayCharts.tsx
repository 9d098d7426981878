import { useMemo } from "react";

import type { Group } from "../api/types";
import { formatDuration } from "../shared/time";
import { Chart, type Line } from "./Chart";
import { Panel } from "./Panel";
import { daysOf, stack } from "./series";

// Distances the lines of a grid may have, in requests and in seconds.
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const DURATIONS = [1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86_400, 2 * 86_400, 7 * 86_400, 28 * 86_400];

/** What came of the requests of each day, on top of each other. */
export function Decisions({ perDay }: { perDay: ReadonlyArray<Group> }) {
  const { days, lines, told } = useMemo(() => {
    const kinds = [
      { name: "expired", colour: "purple-solid" },
      { name: "denied", colour: "red-solid" },
      { name: "approved", colour: "green-solid" },
    ] as const;
    const values = kinds.map(({ name }) => perDay.map((day) => day[name]));
    const stacked = stack(values);
    const drawn: Array<Line> = kinds.map((kind, index) => ({ ...kind, bars: true, values: stacked[index] ?? [] }));
    return { days: daysOf(perDay), lines: drawn, told: values };
  }, [perDay]);
  const title = "Decisions, by the day of asking (UTC)";
  return (
    <Panel title={title}>
      <Chart days={days} format={String} increments={COUNTS} label={`Chart: ${title}`} lines={lines} told={told} />
    </Panel>
  );
}

/** How long people took, by day. */
export function ResponseTimes({ perDay }: { perDay: ReadonlyArray<Group> }) {
  const { days, lines } = useMemo(() => {
    const drawn: Array<Line> = [
      { name: "median", colour: "blue-solid", values: perDay.map((day) => day.median_response_time_seconds) },
      { name: "95th percentile", colour: "orange-solid", values: perDay.map((day) => day.p95_response_time_seconds) },
    ];
    return { days: daysOf(perDay), lines: drawn };
  }, [perDay]);
  const title = "Time to decide, by the day of asking (UTC)";
  return (
    <Panel title={title}>
      <Chart days={days} format={formatDuration} increments={DURATIONS} label={`Chart: ${title}`} lines={lines} />
    </Panel>
  );
}
