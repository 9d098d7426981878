import { Table } from "@chakra-ui/react";
import { useState } from "react";

import type { Group } from "../api/types";
import { escaped } from "../shared/characters";
import { SortableHeader, type Sorted } from "../shared/SortableHeader";
import { Panel } from "./Panel";
import { durationOf, sortGroups, type SortKey } from "./series";

type Column = { key: SortKey; title: string; cell: (group: Group) => number | string };

const NUMBERS: ReadonlyArray<Column> = [
  { key: "total", title: "Requests", cell: (group) => group.total },
  { key: "open", title: "Open", cell: (group) => group.open },
  { key: "approved", title: "Approved", cell: (group) => group.approved },
  { key: "denied", title: "Denied", cell: (group) => group.denied },
  { key: "expired", title: "Expired", cell: (group) => group.expired },
  { key: "escalated", title: "Escalated", cell: (group) => group.escalated },
  {
    key: "median_response_time_seconds",
    title: "Median",
    cell: (group) => durationOf(group.median_response_time_seconds),
  },
  {
    key: "p95_response_time_seconds",
    title: "95th percentile",
    cell: (group) => durationOf(group.p95_response_time_seconds),
  },
];

const directionOf = (descending: boolean): Sorted => (descending ? "descending" : "ascending");

type Props = { groups: ReadonlyArray<Group>; name: string; title: string };

/** The numbers of each role or Dag. */
export function GroupTable({ groups, name, title }: Props) {
  const [sort, setSort] = useState<{ key: SortKey; descending: boolean }>({ key: "total", descending: true });
  const sortable = (key: SortKey): { sort: () => void; sorted: Sorted } => ({
    // Names are looked through from the first one, numbers from the largest.
    sort: () => setSort({ key, descending: key === sort.key ? !sort.descending : key !== "key" }),
    sorted: key === sort.key ? directionOf(sort.descending) : "none",
  });
  return (
    <Panel title={title}>
      <Table.ScrollArea tabIndex={0}>
        <Table.Root aria-label={`Numbers by ${name}`} size="sm">
          <Table.Header>
            <Table.Row>
              <SortableHeader {...sortable("key")} textAlign="start" title={name} />
              {NUMBERS.map((column) => (
                <SortableHeader {...sortable(column.key)} key={column.key} textAlign="end" title={column.title} />
              ))}
            </Table.Row>
          </Table.Header>
          <Table.Body>
            {sortGroups(groups, sort.key, sort.descending).map((group) => (
              <Table.Row key={group.key}>
                <Table.Cell overflowWrap="anywhere">{escaped(group.key)}</Table.Cell>
                {NUMBERS.map(({ cell, key }) => (
                  <Table.Cell fontVariantNumeric="tabular-nums" key={key} textAlign="end" whiteSpace="nowrap">
                    {cell(group)}
                  </Table.Cell>
                ))}
              </Table.Row>
            ))}
          </Table.Body>
        </Table.Root>
      </Table.ScrollArea>
    </Panel>
  );
}
