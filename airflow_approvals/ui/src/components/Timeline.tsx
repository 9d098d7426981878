import { Box, Text } from "@chakra-ui/react";

import type { Event } from "../api/types";
import { useTimeZone } from "../logic/hooks";
import { formatTime } from "../logic/time";
import { Time } from "./bits";

const DOT: Partial<Record<Event["type"], string>> = {
  approved: "green.solid",
  denied: "red.solid",
  escalated: "orange.solid",
  expired: "purple.solid",
};

/** Everything that happened to a request, oldest first. */
export function Timeline({ events }: { events: ReadonlyArray<Event> }) {
  return (
    <Box as="ol" data-testid="timeline" fontSize="sm" listStyleType="none">
      {events.map((event, index) => (
        <Box as="li" borderColor="border" borderInlineStartWidth={2} key={index} ms={1} pb={2} position="relative" ps={4}>
          <Box
            bg={DOT[event.type] ?? "fg.subtle"}
            boxSize={2.5}
            left="-6px"
            position="absolute"
            rounded="full"
            top={1.5}
          />
          <Text overflowWrap="anywhere">{headline(event)}</Text>
          <Text color="fg.muted" fontSize="xs">
            <Time at={event.at} />
          </Text>
          <Facts event={event} />
        </Box>
      ))}
    </Box>
  );
}

function headline({ actor, detail, type }: Event): string {
  const by = actor.kind === "task" ? "the task" : actor.name;
  switch (type) {
    case "opened":
      return `Opened by ${by}`;
    case "voted":
      return `${by} answered: ${String(detail.verdict)}${roles(detail.as)}`;
    case "escalated":
      return `Nobody answered in time: escalated to level ${Number(detail.level) + 1}`;
    case "reminded":
      return "Reminded";
    case "approved":
      return actor.kind === "system" ? "Approved, because nobody answered in time" : `Approved by ${by}`;
    case "denied":
      return actor.kind === "system" ? "Denied, because nobody answered in time" : `Denied by ${by}`;
    case "expired":
      return "Expired: nobody answered in time";
    case "cancelled":
      return `Cancelled by ${by}`;
    case "updated":
      return `Changed by ${by}`;
    case "resumed":
      return "The waiting task was woken";
  }
}

const roles = (as: unknown): string => (Array.isArray(as) && as.length > 0 ? ` (as ${as.join(", ")})` : "");

function Facts({ event: { detail, type } }: { event: Event }) {
  const zone = useTimeZone();
  const facts: Array<string> = [];
  // The comment of an answer is told with the answer, not again with what followed from it.
  if (type === "voted" && typeof detail.comment === "string" && detail.comment) facts.push(`“${detail.comment}”`);
  if (type === "cancelled" && typeof detail.reason === "string") facts.push(`Reason: ${detail.reason}`);
  if ((type === "opened" || type === "escalated") && typeof detail.expires_at === "string") {
    facts.push(`Due ${formatTime(detail.expires_at, zone)}`);
  }
  if (typeof detail.changed === "object" && detail.changed !== null) {
    for (const [name, value] of Object.entries(detail.changed as Record<string, { from: unknown; to: unknown }>)) {
      facts.push(`${name}: ${written(value.from, zone)} → ${written(value.to, zone)}`);
    }
  }
  return facts.map((fact) => (
    <Text key={fact} overflowWrap="anywhere" whiteSpace="pre-wrap">
      {fact}
    </Text>
  ));
}

const LONGEST = 300;

function written(value: unknown, zone: string): string {
  if (value === null) return "none";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (/^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)$/.test(text)) return formatTime(text, zone);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
