import { Table } from "@chakra-ui/react";
import type { MouseEvent } from "react";

import type { Row } from "../api/types";
import { Guard } from "../shared/Guard";
import { SortableHeader, type Sorted } from "../shared/SortableHeader";
import { changeView } from "../shared/view";
import { type Column, columnsOf, type SortKey } from "./columns";
import type { Listing } from "./listing";
import { orderOf } from "./path";
import { placeOf } from "./place";

export function RowTable({ listing, rows }: { listing: Listing; rows: ReadonlyArray<Row> }) {
  const columns = columnsOf(placeOf(listing.view, listing.scope), listing);
  return (
    <Table.ScrollArea whiteSpace="normal">
      <Table.Root aria-label="Approvals" data-testid="rows" size="sm">
        <Table.Header whiteSpace="nowrap">
          <Table.Row>
            {columns.map((column) => (
              <Head column={column} key={column.key} listing={listing} />
            ))}
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {rows.map((row) => (
            <Guard
              key={row.id}
              text={() => row.subject}
              what="line"
              wrap={(words) => (
                <Table.Row data-row={row.id}>
                  <Table.Cell colSpan={columns.length}>{words}</Table.Cell>
                </Table.Row>
              )}
            >
              <Line columns={columns} listing={listing} row={row} />
            </Guard>
          ))}
        </Table.Body>
      </Table.Root>
    </Table.ScrollArea>
  );
}

const displayOf = ({ from }: Column) => (from ? { base: "none", [from]: "table-cell" } : undefined);

function Head({ column, listing }: { column: Column; listing: Listing }) {
  const { head, sortable, title } = column;
  const display = displayOf(column);
  if (sortable === undefined) {
    return <Table.ColumnHeader display={display}>{head === undefined ? title : head(listing)}</Table.ColumnHeader>;
  }
  const { go, scope, view } = listing;
  const sorted = sortedBy(sortable, orderOf(view, scope));
  return (
    <SortableHeader
      display={display}
      idle="↕"
      sort={() => go(changeView(view, { order: sorted === "ascending" ? `-${sortable}` : sortable }))}
      sorted={sorted}
      tip={`Sort by ${title.toLowerCase()}`}
      title={title}
    />
  );
}

function sortedBy(key: SortKey, order: string): Sorted {
  if (order === key) return "ascending";
  return order === `-${key}` ? "descending" : "none";
}

type LineProps = { columns: ReadonlyArray<Column>; listing: Listing; row: Row };

function Line({ columns, listing, row }: LineProps) {
  const { go, view } = listing;
  const open = ({ currentTarget, target }: MouseEvent<HTMLElement>) => {
    const clicked = target as HTMLElement;
    // Dialogs lie elsewhere in the document, but their clicks come by here as well.
    const plain = currentTarget.contains(clicked) && clicked.closest("a, button, label, input") === null;
    if (plain) go(changeView(view, { id: row.id }));
  };
  return (
    <Table.Row
      _hover={{ bg: "bg.subtle" }}
      bg={row.id === view.id ? "bg.muted" : undefined}
      cursor="pointer"
      data-row={row.id}
      onClick={open}
    >
      {columns.map((column) => (
        <Table.Cell display={displayOf(column)} key={column.key} {...column.style}>
          {column.cell(row, listing)}
        </Table.Cell>
      ))}
    </Table.Row>
  );
}
