import { Box, Button, HStack, Link, Table, Text } from "@chakra-ui/react";
import { useState } from "react";
import { Link as RouterLink } from "react-router-dom";

import type { Order, Row } from "../api/types";
import { decide, wordsOf } from "../logic/decide";
import { refreshAll } from "../logic/live";
import { changeView, formatView, OPEN, orderOf, type Scope, type View } from "../logic/query";
import type { Selection } from "./BulkBar";
import { approverName, Countdown, Message, Origin, StatusBadge, Time } from "./bits";
import { DenyDialog } from "./DenyDialog";

type Props = {
  go: (view: View) => void;
  /** The detail takes its share of the width. */
  narrow: boolean;
  rows: ReadonlyArray<Row>;
  scope?: Scope;
  selection: Selection;
  view: View;
};

/** Columns that small screens do without; the request itself shows all of it. */
const WIDE = { display: { base: "none", md: "table-cell" } } as const;

export function RowTable({ go, narrow, rows, scope, selection, view }: Props) {
  const [refused, setRefused] = useState<string>();
  const history = view.tab === "history" && !scope;
  const tasks = scope !== undefined && scope.mapIndex === undefined;
  const selectable = selection.available.length > 0;
  return (
    <>
      {refused === undefined ? null : <Message status="error">{refused}</Message>}
      <Table.ScrollArea whiteSpace="normal">
        <Table.Root aria-label="Approvals" data-testid="rows" size="sm">
          <Table.Header whiteSpace="nowrap">
            <Table.Row>
              {selectable ? (
                <Table.ColumnHeader width="1%">
                  <Tick
                    checked={selection.all ? true : selection.chosen.length > 0 ? "indeterminate" : false}
                    label="Select all"
                    onChange={selection.setAll}
                  />
                </Table.ColumnHeader>
              ) : null}
              <Table.ColumnHeader>Subject</Table.ColumnHeader>
              {scope ? null : <Table.ColumnHeader {...WIDE}>{narrow ? "Dag / task" : "Dag / run / task"}</Table.ColumnHeader>}
              {tasks ? <Table.ColumnHeader>Task</Table.ColumnHeader> : null}
              {narrow ? null : <Table.ColumnHeader {...WIDE}>Asked by</Table.ColumnHeader>}
              {narrow && history ? null : (
                <Table.ColumnHeader {...WIDE}>{history ? "Role asked last" : "Role asked"}</Table.ColumnHeader>
              )}
              <Table.ColumnHeader>Status</Table.ColumnHeader>
              {narrow ? null : <Sortable column="created_at" go={go} scope={scope} title="Age" view={view} />}
              {history ? (
                <Sortable column="resolved_at" go={go} scope={scope} title="Closed" view={view} />
              ) : (
                <Sortable column="expires_at" go={go} scope={scope} title="Time left" view={view} />
              )}
              {history || narrow ? null : (
                <Table.ColumnHeader {...WIDE}>
                  <Text srOnly>Decide</Text>
                </Table.ColumnHeader>
              )}
            </Table.Row>
          </Table.Header>
          <Table.Body>
            {rows.map((row) => (
              <Table.Row
                _hover={{ bg: "bg.subtle" }}
                bg={row.id === view.id ? "bg.muted" : undefined}
                cursor="pointer"
                data-row={row.id}
                key={row.id}
                onClick={({ currentTarget, target }) => {
                  const clicked = target as HTMLElement;
                  // Dialogs lie elsewhere in the document, but their clicks come by here as well.
                  const plain = currentTarget.contains(clicked) && clicked.closest("a, button, label, input") === null;
                  if (plain) go(changeView(view, { id: row.id }));
                }}
              >
                {selectable ? (
                  <Table.Cell>
                    {row.can_decide ? (
                      <Tick
                        checked={selection.chosen.includes(row)}
                        label={`Select ${row.subject}`}
                        onChange={(chosen) => selection.choose(row.id, chosen)}
                      />
                    ) : null}
                  </Table.Cell>
                ) : null}
                <Table.Cell maxW="26rem" minW="10rem">
                  <Link asChild color="fg" fontWeight="medium" overflowWrap="anywhere">
                    <RouterLink
                      aria-current={row.id === view.id ? "true" : undefined}
                      data-opens={row.id}
                      to={{ search: `?${formatView(changeView(view, { id: row.id }))}` }}
                    >
                      {row.subject}
                    </RouterLink>
                  </Link>
                  {scope ? null : (
                    <Text color="fg.muted" display={{ md: "none" }} fontSize="xs" overflowWrap="anywhere">
                      {row.dag_id}
                    </Text>
                  )}
                </Table.Cell>
                {scope ? null : (
                  <Table.Cell {...WIDE} maxW="20rem">
                    <Origin about={row} short={narrow} />
                  </Table.Cell>
                )}
                {tasks ? (
                  <Table.Cell overflowWrap="anywhere">
                    {row.task_id ?? "–"}
                    {row.map_index >= 0 ? ` [${row.map_index}]` : ""}
                  </Table.Cell>
                ) : null}
                {narrow ? null : <Table.Cell {...WIDE}>{row.requested_by ?? <Text color="fg.muted">schedule</Text>}</Table.Cell>}
                {narrow && history ? null : (
                  <Table.Cell {...WIDE} overflowWrap="anywhere">
                    {row.asked.map(approverName).join(", ")}
                    {row.asked_total > row.asked.length ? ` and ${row.asked_total - row.asked.length} more` : ""}
                  </Table.Cell>
                )}
                <Table.Cell>
                  <StatusBadge level={row.level} status={row.status} />
                </Table.Cell>
                {narrow ? null : (
                  <Table.Cell {...WIDE}>
                    <Time at={row.created_at} relative />
                  </Table.Cell>
                )}
                <Table.Cell>
                  {OPEN.includes(row.status) ? <Countdown request={row} /> : <Closed row={row} />}
                </Table.Cell>
                {history || narrow ? null : (
                  <Table.Cell {...WIDE} width="1%">{row.can_decide ? <Answer onRefused={setRefused} row={row} /> : null}</Table.Cell>
                )}
              </Table.Row>
            ))}
          </Table.Body>
        </Table.Root>
      </Table.ScrollArea>
    </>
  );
}

function Closed({ row }: { row: Row }) {
  return (
    <Box>
      {row.resolved_at === null ? null : <Time at={row.resolved_at} />}
      <Text color="fg.muted" fontSize="xs" overflowWrap="anywhere">
        by {row.actor_name}
      </Text>
    </Box>
  );
}

function Answer({ onRefused, row }: { onRefused: (words: string | undefined) => void; row: Row }) {
  const [busy, setBusy] = useState(false);
  const [denying, setDenying] = useState(false);
  const approve = async () => {
    setBusy(true);
    onRefused(undefined);
    try {
      await decide(row.id, "approve", "");
    } catch (error) {
      onRefused(`${row.subject}: ${wordsOf(error)}`);
    }
    await refreshAll();
    setBusy(false);
  };
  return (
    <HStack gap={1} justify="flex-end">
      <Button
        aria-label={`Approve ${row.subject}`}
        colorPalette="green"
        loading={busy}
        onClick={() => void approve()}
        size="xs"
        variant="surface"
      >
        Approve
      </Button>
      <Button
        aria-label={`Deny ${row.subject}`}
        colorPalette="red"
        disabled={busy}
        onClick={() => setDenying(true)}
        size="xs"
        variant="outline"
      >
        Deny
      </Button>
      {denying ? <DenyDialog items={[row]} onClose={() => setDenying(false)} open /> : null}
    </HStack>
  );
}

type SortableProps = Pick<Props, "go" | "scope" | "view"> & {
  column: "created_at" | "expires_at" | "resolved_at";
  title: string;
};

function Sortable({ column, go, scope, title, view }: SortableProps) {
  const order = orderOf(view, scope);
  const sorted = order === column ? "ascending" : order === `-${column}` ? "descending" : "none";
  const next: Order = sorted === "ascending" ? `-${column}` : column;
  return (
    <Table.ColumnHeader aria-sort={sorted} {...(column === "created_at" ? WIDE : {})}>
      <Button
        fontSize="inherit"
        fontWeight="inherit"
        height="auto"
        minW={0}
        onClick={() => go(changeView(view, { order: next }))}
        px={0}
        size="xs"
        title={`Sort by ${title.toLowerCase()}`}
        variant="plain"
      >
        {title}
        <span aria-hidden>{{ ascending: "↑", descending: "↓", none: "↕" }[sorted]}</span>
      </Button>
    </Table.ColumnHeader>
  );
}

type TickProps = { checked: boolean | "indeterminate"; label: string; onChange: (checked: boolean) => void };

/** The browser's own: a drawn one is a little machine of its own, and there is one in every line. */
function Tick({ checked, label, onChange }: TickProps) {
  return (
    <input
      aria-label={label}
      checked={checked === true}
      onChange={({ target }) => onChange(target.checked)}
      ref={(box) => {
        if (box !== null) box.indeterminate = checked === "indeterminate";
      }}
      style={{ accentColor: "var(--chakra-colors-brand-solid)", display: "block", height: "1rem", width: "1rem" }}
      type="checkbox"
    />
  );
}
