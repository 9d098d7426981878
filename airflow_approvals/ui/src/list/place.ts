import type { Order, Status } from "../api/types";
import { CLOSED, OPEN, STATUSES } from "../shared/status";
import type { View } from "../shared/view";

/** The run or task instance that a tab on Airflow's own pages is about. */
export type Scope = { dagId: string; runId: string; taskId?: string; mapIndex?: number };

/** Where a list is shown: in a tab of the page, or with a run (or a whole task) or one mapped instance. */
export type Place = "history" | "instance" | "open" | "run" | "waiting";

type Traits = {
  /** What is said when there is nothing, though nothing is filtered. */
  empty: { text: string; title: string };
  /** What can be filtered by, beside search and status. */
  filters: ReadonlyArray<"dag" | "overdue" | "role">;
  /** Until another one is chosen. */
  order: Order;
  statuses: ReadonlyArray<Status>;
};

const WITH_A_RUN: Traits = {
  empty: { text: "Nothing here has asked for an approval.", title: "No approvals" },
  filters: ["overdue"],
  order: "-created_at",
  statuses: STATUSES,
};

export const PLACES: Record<Place, Traits> = {
  waiting: {
    empty: { text: "When somebody needs your decision, it appears here.", title: "Nothing waits for you" },
    filters: ["dag", "role", "overdue"],
    order: "expires_at",
    statuses: OPEN,
  },
  open: {
    empty: { text: "No Dag you can see waits for a decision.", title: "Nothing is open" },
    filters: ["dag", "role", "overdue"],
    order: "expires_at",
    statuses: OPEN,
  },
  history: {
    empty: { text: "Decided, expired and cancelled requests appear here.", title: "No history yet" },
    filters: ["dag", "role"],
    order: "-resolved_at",
    statuses: CLOSED,
  },
  run: WITH_A_RUN,
  instance: WITH_A_RUN,
};

export function placeOf(view: View, scope?: Scope): Place {
  if (scope !== undefined) return scope.mapIndex === undefined ? "run" : "instance";
  return view.tab === "metrics" ? "waiting" : view.tab;
}
