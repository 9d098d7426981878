import { Alert, Badge, Box, Button, EmptyState, Link, Skeleton, Stack, Text } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router-dom";

import { airflowUrl, type ApiError } from "../api/client";
import type { Approver, Status } from "../api/types";
import { useNow, useTimeZone } from "../logic/hooks";
import { countdown, formatAge, formatFullTime, formatTime, type Urgency } from "../logic/time";

const PALETTE: Record<Status, string> = {
  pending: "blue",
  escalated: "orange",
  approved: "green",
  denied: "red",
  expired: "purple",
  cancelled: "gray",
};

export function StatusBadge({ status, level = 0 }: { status: Status; level?: number }) {
  return (
    <Badge colorPalette={PALETTE[status]} variant="subtle" whiteSpace="nowrap">
      {status}
      {level > 0 && status === "escalated" ? ` · level ${level + 1}` : ""}
    </Badge>
  );
}

/** A moment, in the zone chosen in Airflow's UI; the full time on hover. */
export function Time({ at, relative = false }: { at: string; relative?: boolean }) {
  const zone = useTimeZone();
  return (
    <time dateTime={at} title={formatFullTime(at, zone)} style={{ whiteSpace: "nowrap" }}>
      {relative ? <Age at={at} /> : formatTime(at, zone)}
    </time>
  );
}

function Age({ at }: { at: string }) {
  return formatAge((useNow() - Date.parse(at)) / 1000);
}

const COLOUR: Record<Urgency, string> = { calm: "fg", soon: "orange.fg", overdue: "red.fg" };

type Waiting = { created_at: string; escalated_at: string | null; expires_at: string | null };

/** The time an open request still has, ticking. */
export function Countdown({ request }: { request: Waiting }) {
  const now = useNow();
  const zone = useTimeZone();
  if (request.expires_at === null) return <Text color="fg.muted">no deadline</Text>;
  const { text, urgency } = countdown(request.escalated_at ?? request.created_at, request.expires_at, now);
  return (
    <Text
      color={COLOUR[urgency]}
      data-urgency={urgency}
      fontVariantNumeric="tabular-nums"
      fontWeight={urgency === "calm" ? "normal" : "semibold"}
      title={`Due ${formatFullTime(request.expires_at, zone)}`}
      whiteSpace="nowrap"
    >
      {text}
    </Text>
  );
}

export const approverName = ({ kind, name }: Approver): string => (kind === "user" ? `${name} (user)` : name);

type About = { dag_id: string; run_id: string; task_id: string | null; map_index: number };

/** Links to the Dag, its run and the task instance; `short` leaves the run's long name out. */
export function Origin({ about, oneLine = false, short = false }: { about: About; oneLine?: boolean; short?: boolean }) {
  const dag = `/dags/${encodeURIComponent(about.dag_id)}`;
  const run = `${dag}/runs/${encodeURIComponent(about.run_id)}`;
  const mapped = about.map_index >= 0;
  const task = about.task_id === null ? undefined : `${run}/tasks/${encodeURIComponent(about.task_id)}`;
  return (
    <Box display={oneLine ? "block" : "grid"} minW={0}>
      <Inside to={dag}>{about.dag_id}</Inside>
      {oneLine ? " / " : null}
      <Box as="span" display="block" fontSize="xs" minW={0}>
        {short ? null : (
          <Inside muted to={run}>
            {about.run_id}
          </Inside>
        )}
        {task === undefined ? null : (
          <>
            {short ? null : (
              <Text as="span" color="fg.muted">
                {" / "}
              </Text>
            )}
            <Inside muted to={mapped ? `${task}/mapped/${about.map_index}` : task}>
              {mapped ? `${about.task_id} [${about.map_index}]` : about.task_id}
            </Inside>
          </>
        )}
      </Box>
    </Box>
  );
}

function Inside({ children, muted = false, to }: { children: ReactNode; muted?: boolean; to: string }) {
  return (
    <Link asChild color={muted ? "fg.muted" : "fg.info"} overflowWrap="anywhere">
      <RouterLink to={to}>{children}</RouterLink>
    </Link>
  );
}

/** What a view shows in place of its content, until there is some. */
export function Placeholder({ error, retry }: { error?: ApiError; retry: () => void }) {
  if (error === undefined) {
    return (
      <Stack aria-busy aria-label="Loading" gap={3} py={4} role="status">
        {[0, 1, 2, 3].map((line) => (
          <Skeleton height={9} key={line} />
        ))}
      </Stack>
    );
  }
  if (error.status === 401) return <SignedOut />;
  const gone = error.status === 404;
  return (
    <Nothing
      role="alert"
      text={error.message}
      title={gone ? "Nothing to see here" : "This could not be loaded"}
    >
      {gone ? null : (
        <Button onClick={retry} size="sm" variant="outline">
          Try again
        </Button>
      )}
    </Nothing>
  );
}

export function SignedOut() {
  const here = location.pathname + location.search + location.hash;
  return (
    <Nothing role="alert" text="Your session has ended. Signing in leads back to this view." title="You are signed out">
      <Button asChild colorPalette="brand" size="sm">
        <a href={airflowUrl(`api/v2/auth/login?${new URLSearchParams({ next: here })}`)}>Sign in again</a>
      </Button>
    </Nothing>
  );
}

export function Nothing(props: { children?: ReactNode; role?: string; text: string; title: string }) {
  return (
    <EmptyState.Root role={props.role ?? "status"} size="sm">
      <EmptyState.Content>
        <EmptyState.Title>{props.title}</EmptyState.Title>
        <EmptyState.Description maxW="52ch" textAlign="center">
          {props.text}
        </EmptyState.Description>
        {props.children}
      </EmptyState.Content>
    </EmptyState.Root>
  );
}

/** Says above content that stays that it could not be brought up to date. */
export function Stale({ error }: { error?: ApiError }) {
  if (error === undefined) return null;
  return (
    <Message status="warning">
      {`${error.message} What you see may be out of date; it is tried again by itself.`}
    </Message>
  );
}

export function Message({ children, status }: { children: ReactNode; status: "error" | "info" | "success" | "warning" }) {
  return (
    <Alert.Root alignItems="flex-start" my={2} role={status === "error" ? "alert" : "status"} size="sm" status={status}>
      <Alert.Indicator />
      <Alert.Content>{children}</Alert.Content>
    </Alert.Root>
  );
}
