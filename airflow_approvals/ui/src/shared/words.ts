import { ApiError } from "../api/client";
import type { ActorKind, Approver, Closed, Status } from "../api/types";
import { formatFullTime } from "./time";

/** Says what went wrong: the server's own words, unless they would need the reader's clock. */
export function wordsOf(error: unknown, timeZone: string): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 401) return "You are signed out. Sign in and try again.";
  if (error.closed) return `This request is closed: ${closedBy(error.closed, timeZone)}. Your command changed nothing.`;
  return error.message;
}

function closedBy({ at, by, by_kind: kind, status }: Closed, timeZone: string): string {
  const how = bySilence(kind, status) ? ", because nobody answered in time," : ` by ${by}`;
  return `${status}${how} at ${formatFullTime(at, timeZone)}`;
}

/** Whether time itself closed it. A request that the system cancelled was not waited for in vain. */
export const bySilence = (kind: ActorKind | null, status: Status): boolean =>
  kind === "system" && status !== "cancelled";

export const approverName = ({ kind, name }: Approver): string => (kind === "user" ? `${name} (user)` : name);

export const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
