import type { Group } from "../api/types";
import { formatDuration } from "../shared/time";

export const durationOf = (seconds: number | null): string => (seconds === null ? "–" : formatDuration(seconds));

/** Seconds since the epoch of each day's start in UTC, which is how the API groups. */
export const daysOf = (perDay: ReadonlyArray<Group>): Array<number> =>
  perDay.map(({ key }) => Date.parse(`${key}T00:00:00Z`) / 1000);

/** Adds up rows of numbers from the last to the first, so that drawn over each other they look stacked. */
export function stack(rows: ReadonlyArray<ReadonlyArray<number>>): Array<Array<number>> {
  const sums: Array<Array<number>> = [];
  for (const row of [...rows].reverse()) {
    const below = sums[0];
    sums.unshift(row.map((value, index) => value + (below?.[index] ?? 0)));
  }
  return sums;
}

export type SortKey = keyof Group;

/** Sorts a table's rows: names upwards first, numbers downwards, and what has no value always last. */
export function sortGroups(groups: ReadonlyArray<Group>, key: SortKey, descending: boolean): Array<Group> {
  return [...groups].sort((left, right) => {
    const [a, b] = [left[key], right[key]];
    if (a === b) return left.key.localeCompare(right.key);
    if (a === null) return 1;
    if (b === null) return -1;
    const order = typeof a === "string" ? a.localeCompare(String(b)) : a - Number(b);
    return descending ? -order : order;
  });
}
