import { ApiError } from "../api/client";
import type { ActorKind, Approver, Closed, ContentField, Status } from "../api/types";
import { escaped } from "./characters";
import { formatFullTime } from "./time";

export const CONTENT_CHANGED = "content_changed";

export const PARTS: Record<ContentField, string> = { body: "text", metadata: "details", subject: "subject" };

/** Says what went wrong: the server's own words, unless they would need the reader's clock. */
export function wordsOf(error: unknown, timeZone: string): string {
  if (!(error instanceof ApiError)) return escaped(error instanceof Error ? error.message : String(error));
  if (error.status === 401) return "You are signed out. Sign in and try again.";
  if (error.closed) return escaped(`This request is closed: ${closedBy(error.closed, timeZone)}. Nothing was changed.`);
  if (error.code === CONTENT_CHANGED) {
    const parts = (error.changed ?? []).map((part) => PARTS[part]).join(", ");
    return `This was changed after you read it${parts ? ` (${parts})` : ""}. Your answer was not recorded: read it again.`;
  }
  return escaped(error.message);
}

function closedBy({ at, by, by_kind: kind, status }: Closed, timeZone: string): string {
  const how = bySilence(kind, status) ? ", because nobody answered in time," : ` by ${by}`;
  return `${status}${how} at ${formatFullTime(at, timeZone)}`;
}

/** Whether time itself closed it. A request that the system cancelled was not waited for in vain. */
export const bySilence = (kind: ActorKind | null, status: Status): boolean =>
  kind === "system" && status !== "cancelled";

export const approverName = ({ kind, name }: Approver): string => escaped(kind === "user" ? `${name} (user)` : name);

export const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
