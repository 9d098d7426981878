import type { Approver, Event, Updated } from "../api/types";
import { formatTime } from "../shared/time";
import { approverName } from "../shared/words";

const LONGEST = 300;

/** What is told of an event below its headline, a line each; times in the reader's zone. */
export function factsOf(event: Event, timeZone: string): Array<string> {
  switch (event.type) {
    case "opened":
    case "escalated":
      return event.expires_at === null ? [] : [`Due ${formatTime(event.expires_at, timeZone)}`];
    case "voted":
      return event.comment ? [`“${event.comment}”`] : [];
    case "cancelled":
      return [`Reason: ${event.reason}`];
    case "carried":
      return [`Decided ${formatTime(event.decided_at, timeZone)}`];
    case "updated":
      return changesOf(event, timeZone);
    case "unknown":
      return Object.entries(event.fields).map(([name, value]) => `${name}: ${shortened(asText(value))}`);
    case "approved":
    case "denied":
    case "expired":
    case "resumed":
    case "ended":
    case "taken":
      return [];
    default:
      return noFacts(event);
  }
}

/** Has the compiler miss every type without a case; at run time a newer server may well send one. */
const noFacts = (_event: never): Array<string> => [];

function changesOf({ approvers, expires_at: deadline, voided }: Updated, timeZone: string): Array<string> {
  const asTime = (time: string | null) => (time === null ? "none" : formatTime(time, timeZone));
  return [
    ...change("Deadline", deadline, asTime),
    ...change("Approvers", approvers, asLevels),
    ...(voided.length > 0
      ? [`${voided.length} ${voided.length === 1 ? "answer" : "answers"} voided: ${voided.join(", ")}`]
      : []),
  ];
}

type Change<T> = { from: T; to: T } | null | undefined;

const change = <T>(name: string, changed: Change<T>, write: (value: T) => string): Array<string> =>
  changed ? [`${name}: ${write(changed.from)} → ${write(changed.to)}`] : [];

const asLevels = (levels: ReadonlyArray<ReadonlyArray<Approver>>): string =>
  levels.map((level) => level.map(approverName).join(", ")).join("; then ");

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
