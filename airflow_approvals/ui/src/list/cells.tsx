import { Box, HStack, Link, Text } from "@chakra-ui/react";
import { Link as RouterLink } from "react-router-dom";

import type { Row } from "../api/types";
import { Countdown } from "../shared/Countdown";
import { isOpen } from "../shared/status";
import { Time } from "../shared/Moment";
import { escaped } from "../shared/characters";
import { StatusBadge } from "../shared/StatusBadge";
import { changeView, formatView, type View } from "../shared/view";
import { approverName } from "../shared/words";

export function Subject({ row, view }: { row: Row; view: View }) {
  return (
    <Link asChild color="fg" fontWeight="medium" overflowWrap="anywhere">
      <RouterLink
        aria-current={row.id === view.id ? "true" : undefined}
        data-opens={row.id}
        to={{ search: `?${formatView(changeView(view, { id: row.id })).toString()}` }}
      >
        {escaped(row.subject)}
      </RouterLink>
    </Link>
  );
}

/** Take the place of the columns that small screens leave out. */
export function DagOnSmallScreens({ row }: { row: Row }) {
  return (
    <Text color="fg.muted" display={{ xl: "none" }} fontSize="xs" overflowWrap="anywhere">
      {escaped(row.dag_id)}
    </Text>
  );
}

export const taskOf = (row: Row): string =>
  escaped(`${row.task_id ?? "–"}${row.map_index >= 0 ? ` [${row.map_index}]` : ""}`);

export function askedOf({ asked, asked_total: total }: Row): string {
  const names = asked.map(approverName).join(", ");
  return total > asked.length ? `${names} and ${total - asked.length} more` : names;
}

export function AskedBy({ row }: { row: Row }) {
  return row.requested_by === null ? <Text color="fg.muted">schedule</Text> : escaped(row.requested_by);
}

/** How long it may still wait, or when and by whom it was closed. */
export function Ending({ row }: { row: Row }) {
  if (isOpen(row.status)) return <Countdown request={row} />;
  return (
    <Box>
      {row.resolved_at === null ? null : <Time at={row.resolved_at} />}
      <Text color="fg.muted" fontSize="xs" overflowWrap="anywhere">
        by {escaped(row.actor_name ?? "")}
      </Text>
    </Box>
  );
}

export function StateOnSmallScreens({ row }: { row: Row }) {
  return (
    <HStack display={{ md: "none" }} fontSize="xs" gap={3} mt={1} wrap="wrap">
      <StatusBadge level={row.level} status={row.status} />
      <Ending row={row} />
    </HStack>
  );
}
