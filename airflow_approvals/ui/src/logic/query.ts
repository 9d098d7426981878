import type { Order, Status } from "../api/types";

/** What the address says is shown. Everything that can be shared or reloaded is in here. */
export type View = {
  tab: Tab;
  /** The request whose detail is open. */
  id?: string;
  status: Array<Status>;
  dagId?: string;
  role?: string;
  search?: string;
  overdue: boolean;
  /** Undefined: the tab's own order. */
  order?: Order;
  /** Counted from 1. */
  page: number;
  days: number;
};

/** The run or task instance that a tab on Airflow's own pages is about. */
export type Scope = { dagId: string; runId: string; taskId?: string; mapIndex?: number };

export const TABS = ["waiting", "open", "history", "metrics"] as const;
export type Tab = (typeof TABS)[number];

export const OPEN: ReadonlyArray<Status> = ["pending", "escalated"];
export const CLOSED: ReadonlyArray<Status> = ["approved", "denied", "expired", "cancelled"];
const STATUSES: ReadonlyArray<Status> = [...OPEN, ...CLOSED];
const ORDERS: ReadonlyArray<Order> = [
  "created_at", "-created_at", "expires_at", "-expires_at", "resolved_at", "-resolved_at",
];
export const PERIODS = [7, 30, 90, 365] as const;
export const PAGE_SIZE = 50;

const isOneOf = <T extends string>(values: ReadonlyArray<T>, value: string | null): value is T =>
  (values as ReadonlyArray<string | null>).includes(value);

const wholeNumber = (value: string | null, otherwise: number): number =>
  value !== null && /^[1-9]\d{0,6}$/.test(value) ? Number(value) : otherwise;

/** Reads the address; what it cannot understand is as if it were not there. */
export function parseView(params: URLSearchParams): View {
  const tab = params.get("tab");
  const order = params.get("order");
  const days = wholeNumber(params.get("days"), 30);
  return {
    tab: isOneOf(TABS, tab) ? tab : "waiting",
    id: params.get("id") || undefined,
    status: params.getAll("status").filter((status): status is Status => isOneOf(STATUSES, status)),
    dagId: params.get("dag_id") || undefined,
    role: params.get("role") || undefined,
    search: params.get("search") || undefined,
    overdue: params.get("overdue") === "true",
    order: isOneOf(ORDERS, order) ? order : undefined,
    page: wholeNumber(params.get("page"), 1),
    days: (PERIODS as ReadonlyArray<number>).includes(days) ? days : 30,
  };
}

/** Writes the address; what is as usual is left out, so that addresses stay short. */
export function formatView(view: View): URLSearchParams {
  const params = new URLSearchParams();
  const set = (name: string, value: string | undefined) => value && params.set(name, value);
  set("tab", view.tab === "waiting" ? undefined : view.tab);
  for (const status of view.status) params.append("status", status);
  set("dag_id", view.dagId);
  set("role", view.role);
  set("search", view.search);
  set("overdue", view.overdue ? "true" : undefined);
  set("order", view.order);
  set("page", view.page > 1 ? String(view.page) : undefined);
  set("days", view.days === 30 ? undefined : String(view.days));
  set("id", view.id);
  return params;
}

/** Changes a view; whatever filters or sorts starts again at the first page. */
export function changeView(view: View, change: Partial<View>): View {
  const staysOnPage = Object.keys(change).every((key) => key === "id" || key === "page");
  return { ...view, ...(staysOnPage ? {} : { page: 1 }), ...change };
}

/** Goes to another tab; filters that make sense everywhere are kept. */
export function changeTab(view: View, tab: Tab): View {
  return changeView(view, { tab, status: [], overdue: false, order: undefined, id: undefined });
}

export function isFiltered(view: View): boolean {
  return view.status.length > 0 || view.overdue || [view.dagId, view.role, view.search].some(Boolean);
}

/** The statuses a list can be filtered by. */
export function statusesOf(tab: Tab | undefined): ReadonlyArray<Status> {
  return tab === undefined ? STATUSES : tab === "history" ? CLOSED : OPEN;
}

export function orderOf(view: View, scope?: Scope): Order {
  return view.order ?? (scope ? "-created_at" : view.tab === "history" ? "-resolved_at" : "expires_at");
}

/** The path, below the API, of the list a view shows. */
export function rowsPath(view: View, scope?: Scope): string {
  const params = new URLSearchParams();
  const allowed = statusesOf(scope ? undefined : view.tab);
  const wanted = view.status.filter((status) => allowed.includes(status));
  if (scope) {
    params.set("dag_id", scope.dagId);
    params.set("run_id", scope.runId);
    if (scope.taskId !== undefined) params.set("task_id", scope.taskId);
    if (scope.mapIndex !== undefined) params.set("map_index", String(scope.mapIndex));
  } else {
    if (view.tab === "waiting") params.set("assigned_to_me", "true");
    if (view.dagId) params.set("dag_id", view.dagId);
  }
  if (wanted.length > 0 || (!scope && view.tab !== "waiting")) {
    for (const status of wanted.length > 0 ? wanted : allowed) params.append("status", status);
  }
  if (view.role) params.set("approver_role", view.role);
  if (view.search) params.set("search", view.search.slice(0, 250));
  if (view.overdue) params.set("overdue", "true");
  params.set("order_by", orderOf(view, scope));
  params.set("limit", String(PAGE_SIZE));
  params.set("offset", String((view.page - 1) * PAGE_SIZE));
  return `page/approvals?${params}`;
}

/** The list behind "Waiting for me", asked for nothing but its total. */
export const WAITING_COUNT_PATH = "page/approvals?assigned_to_me=true&limit=1";
