import { type Table, Text } from "@chakra-ui/react";
import type { ReactNode } from "react";

import type { Row } from "../api/types";
import { Origin, ShortOrigin } from "../shared/Origin";
import { StatusBadge } from "../shared/StatusBadge";
import { Age } from "../shared/Moment";
import { Answer } from "./Answer";
import { AskedBy, askedOf, DagOnSmallScreens, Ending, StateOnSmallScreens, Subject, taskOf } from "./cells";
import type { Listing } from "./listing";
import type { Place } from "./place";
import { TickAll, TickRow } from "./Tick";

export type SortKey = "created_at" | "expires_at" | "resolved_at";

export type Column = {
  key: string;
  title: string;
  /** In place of the title, where the head shows something else. */
  head?: (listing: Listing) => ReactNode;
  /** What the API sorts by. */
  sortable?: SortKey;
  /** Left out on screens smaller than this; the subject has what matters of it below, the request itself all. */
  from?: "md" | "xl";
  style?: Table.CellProps;
  cell: (row: Row, listing: Listing) => ReactNode;
};

const TICK: Column = {
  key: "tick",
  title: "Select",
  head: ({ selection }) => <TickAll selection={selection} />,
  style: { width: "1%" },
  cell: (row, { selection }) => <TickRow row={row} selection={selection} />,
};

const SUBJECT: Column = {
  key: "subject",
  title: "Subject",
  style: { maxW: "26rem", minW: "10rem" },
  cell: (row, { view }) => <Subject row={row} view={view} />,
};

const SUBJECT_AND_STATE: Column = {
  ...SUBJECT,
  cell: (row, { view }) => (
    <>
      <Subject row={row} view={view} />
      <StateOnSmallScreens row={row} />
    </>
  ),
};

const SUBJECT_AND_DAG: Column = {
  ...SUBJECT,
  cell: (row, { view }) => (
    <>
      <Subject row={row} view={view} />
      <DagOnSmallScreens row={row} />
      <StateOnSmallScreens row={row} />
    </>
  ),
};

const ORIGIN: Column = {
  key: "origin",
  title: "Dag / run / task",
  from: "xl",
  style: { maxW: "20rem" },
  cell: (row) => <Origin about={row} />,
};

const SHORT_ORIGIN: Column = { ...ORIGIN, title: "Dag / task", cell: (row) => <ShortOrigin about={row} /> };

const TASK: Column = { key: "task", title: "Task", style: { overflowWrap: "anywhere" }, cell: taskOf };

const ASKED_BY: Column = { key: "asked-by", title: "Asked by", from: "xl", cell: (row) => <AskedBy row={row} /> };

const ASKED: Column = {
  key: "asked",
  title: "Role asked",
  from: "xl",
  style: { overflowWrap: "anywhere" },
  cell: askedOf,
};

const ASKED_LAST: Column = { ...ASKED, title: "Role asked last" };

const STATUS: Column = {
  key: "status",
  title: "Status",
  from: "md",
  cell: (row) => <StatusBadge level={row.level} status={row.status} />,
};

const AGE: Column = {
  key: "age",
  title: "Age",
  sortable: "created_at",
  from: "xl",
  cell: (row) => <Age at={row.created_at} />,
};

const TIME_LEFT: Column = {
  key: "ending",
  title: "Time left",
  sortable: "expires_at",
  from: "md",
  cell: (row) => <Ending row={row} />,
};

const CLOSED: Column = { ...TIME_LEFT, title: "Closed", sortable: "resolved_at" };

const DECIDE: Column = {
  key: "decide",
  title: "Decide",
  head: () => <Text srOnly>Decide</Text>,
  from: "md",
  style: { width: "1%" },
  cell: (row, { refuse }) => (row.can_decide ? <Answer refuse={refuse} row={row} /> : null),
};

type Columns = Record<Place, ReadonlyArray<Column>>;

const IN_A_TAB = [SUBJECT_AND_DAG, ORIGIN, ASKED_BY, ASKED, STATUS, AGE, TIME_LEFT, DECIDE];
const WHOLE_WIDTH: Columns = {
  waiting: IN_A_TAB,
  open: IN_A_TAB,
  history: [SUBJECT_AND_DAG, ORIGIN, ASKED_BY, ASKED_LAST, STATUS, AGE, CLOSED],
  run: [SUBJECT_AND_STATE, TASK, ASKED_BY, ASKED, STATUS, AGE, TIME_LEFT, DECIDE],
  instance: [SUBJECT_AND_STATE, ASKED_BY, ASKED, STATUS, AGE, TIME_LEFT, DECIDE],
};

const NARROW_IN_A_TAB = [SUBJECT_AND_DAG, SHORT_ORIGIN, ASKED, STATUS, TIME_LEFT];
const BESIDE_A_DETAIL: Columns = {
  waiting: NARROW_IN_A_TAB,
  open: NARROW_IN_A_TAB,
  history: [SUBJECT_AND_DAG, SHORT_ORIGIN, STATUS, CLOSED],
  run: [SUBJECT_AND_STATE, TASK, ASKED, STATUS, TIME_LEFT],
  instance: [SUBJECT_AND_STATE, ASKED, STATUS, TIME_LEFT],
};

/** The columns of a list, from the left; an open detail takes its share of the width. */
export function columnsOf(place: Place, { selection, view }: Listing): ReadonlyArray<Column> {
  const columns = (view.id === undefined ? WHOLE_WIDTH : BESIDE_A_DETAIL)[place];
  return selection.available.length > 0 ? [TICK, ...columns] : columns;
}
