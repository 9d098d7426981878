import type { Status } from "../api/types";

export const OPEN: ReadonlyArray<Status> = ["pending", "escalated"];
export const CLOSED: ReadonlyArray<Status> = ["approved", "denied", "expired", "cancelled"];
export const STATUSES: ReadonlyArray<Status> = [...OPEN, ...CLOSED];

export const isOpen = (status: Status): boolean => OPEN.includes(status);
