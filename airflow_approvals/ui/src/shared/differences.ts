import { Exact, stringify } from "../api/numbers";

const AROUND_LINES = 2;
const AROUND_CHARACTERS = 60;
const LONGEST = 300;
const MOST_LINES = 400;
const MOST = 50;

export type Difference = { mark: " " | "+" | "-" | "…"; text: string };

/** The lines that differ, with a little of what is around them. */
export function lineDifferences(from: string, to: string): Array<Difference> {
  const [a, b] = [from.split("\n"), to.split("\n")];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) [endA, endB] = [endA - 1, endB - 1];
  const all: Array<Difference> = [
    ...a.slice(0, start).map(same),
    ...middle(a.slice(start, endA), b.slice(start, endB)),
    ...a.slice(endA).map(same),
  ];
  return withoutTheRest(all);
}

const same = (text: string): Difference => ({ mark: " ", text });

/** The longest common subsequence, as long as that is quick; else everything old, then everything new. */
function middle(a: ReadonlyArray<string>, b: ReadonlyArray<string>): Array<Difference> {
  const quick = a.length <= MOST_LINES && b.length <= MOST_LINES;
  const width = b.length + 1;
  const longest = new Uint16Array(quick ? (a.length + 1) * width : 0);
  for (let i = quick ? a.length - 1 : -1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      longest[at] =
        a[i] === b[j] ? 1 + (longest[at + width + 1] ?? 0) : Math.max(longest[at + width] ?? 0, longest[at + 1] ?? 0);
    }
  }
  const found: Array<Difference> = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [old, now] = [a[i], b[j]];
    const at = i * width + j;
    if (old !== undefined && old === now) {
      found.push(same(old));
      i++;
      j++;
    } else if (
      old !== undefined &&
      (now === undefined || !quick || (longest[at + width] ?? 0) >= (longest[at + 1] ?? 0))
    ) {
      found.push({ mark: "-", text: old });
      i++;
    } else {
      found.push({ mark: "+", text: now ?? "" });
      j++;
    }
  }
  return pairsShortened(found);
}

/** Of a long line that was replaced by another, only what is around the first place where they differ. */
function pairsShortened(lines: ReadonlyArray<Difference>): Array<Difference> {
  return lines.map((line, index) => {
    const other = line.mark === "-" ? lines[index + 1] : lines[index - 1];
    const isPair = line.mark !== " " && other !== undefined && other.mark !== " " && other.mark !== line.mark;
    return { ...line, text: around(line.text, isPair ? other.text : "") };
  });
}

/** A text, shortened to what is around the first place where it differs from another one. */
export function around(text: string, other: string): string {
  if (text.length <= LONGEST) return text;
  let at = 0;
  while (at < text.length && text[at] === other[at]) at++;
  const start = Math.max(0, Math.min(at - AROUND_CHARACTERS, text.length - LONGEST));
  const end = start + LONGEST;
  return `${start > 0 ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
}

function withoutTheRest(lines: ReadonlyArray<Difference>): Array<Difference> {
  const near = new Set<number>();
  lines.forEach(({ mark }, index) => {
    if (mark === " ") return;
    for (let by = -AROUND_LINES; by <= AROUND_LINES; by++) near.add(index + by);
  });
  const kept: Array<Difference> = [];
  lines.forEach((line, index) => {
    if (near.has(index)) kept.push({ ...line, text: around(line.text, "") });
    else if (kept.at(-1)?.mark !== "…") kept.push({ mark: "…", text: "" });
  });
  return atMost(kept, { mark: "…", text: "" });
}

const atMost = <T>(items: ReadonlyArray<T>, more: T): Array<T> =>
  items.length > MOST ? [...items.slice(0, MOST), more] : [...items];

export type ValueChange = { from?: string; path: string; to?: string };

/** Where two JSON values differ, however deep: path, before and after; undefined is what is not there. */
export function valueDifferences(from: unknown, to: unknown): Array<ValueChange> {
  const found: Array<ValueChange> = [];
  compare(from, to, "", found);
  return atMost(found, { path: "…" });
}

function compare(from: unknown, to: unknown, path: string, found: Array<ValueChange>): void {
  if (found.length > MOST || stringify(from) === stringify(to)) return;
  if (!isTree(from) || !isTree(to) || Array.isArray(from) !== Array.isArray(to)) {
    const [before, after] = [stringify(from), stringify(to)];
    found.push({ path, from: before && around(before, after ?? ""), to: after && around(after, before ?? "") });
    return;
  }
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const step = Array.isArray(from) ? `[${key}]` : `${path && "."}${key}`;
    compare(from[key], to[key], path + step, found);
  }
}

export const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !(value instanceof Exact);
