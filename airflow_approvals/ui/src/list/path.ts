import type { Order } from "../api/types";
import type { View } from "../shared/view";
import { placeOf, PLACES, type Scope } from "./place";

export const PAGE_SIZE = 50;

/** The list behind "Waiting for me", asked for nothing but its total. */
export const WAITING_COUNT_PATH = "page/approvals?assigned_to_me=true&limit=1";

export const orderOf = (view: View, scope?: Scope): Order => view.order ?? PLACES[placeOf(view, scope)].order;

/** The path, below the API, of the list a view shows. */
export function rowsPath(view: View, scope?: Scope): string {
  const place = placeOf(view, scope);
  const { statuses } = PLACES[place];
  const params = new URLSearchParams();
  if (scope !== undefined) {
    params.set("dag_id", scope.dagId);
    params.set("run_id", scope.runId);
    if (scope.taskId !== undefined) params.set("task_id", scope.taskId);
    if (scope.mapIndex !== undefined) params.set("map_index", String(scope.mapIndex));
  } else {
    if (place === "waiting") params.set("assigned_to_me", "true");
    if (view.dagId) params.set("dag_id", view.dagId);
  }
  const wanted = view.status.filter((status) => statuses.includes(status));
  const implied = place === "open" || place === "history" ? statuses : [];
  for (const status of wanted.length > 0 ? wanted : implied) params.append("status", status);
  if (view.role) params.set("approver_role", view.role);
  if (view.search) params.set("search", view.search.slice(0, 250));
  if (view.overdue) params.set("overdue", "true");
  params.set("order_by", orderOf(view, scope));
  params.set("limit", String(PAGE_SIZE));
  params.set("offset", String((view.page - 1) * PAGE_SIZE));
  return `page/approvals?${params.toString()}`;
}
