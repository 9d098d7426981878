import type { Order, Status } from "../api/types";
import { STATUSES } from "./status";

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

export const TABS = ["waiting", "open", "history", "metrics"] as const;
export type Tab = (typeof TABS)[number];

const ORDERS: ReadonlyArray<Order> = [
  "created_at",
  "-created_at",
  "expires_at",
  "-expires_at",
  "resolved_at",
  "-resolved_at",
];
export const PERIODS = [7, 30, 90, 365] as const;

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
  const set = (name: string, value: string | undefined) => {
    if (value) params.set(name, value);
  };
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

export const NO_FILTERS: Partial<View> = {
  status: [],
  dagId: undefined,
  role: undefined,
  search: undefined,
  overdue: false,
};

export function isFiltered(view: View): boolean {
  return view.status.length > 0 || view.overdue || [view.dagId, view.role, view.search].some(Boolean);
}
