import { Box, Text } from "@chakra-ui/react";

import type { Event } from "../api/types";
import { Time } from "../shared/Moment";
import { useTimeZone } from "../shared/useTimeZone";
import { factsOf } from "./facts";

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
        <Entry event={event} key={index} />
      ))}
    </Box>
  );
}

function Entry({ event }: { event: Event }) {
  const timeZone = useTimeZone();
  return (
    <Box as="li" borderColor="border" borderInlineStartWidth={2} ms={1} pb={2} position="relative" ps={4}>
      <Box bg={DOT[event.type] ?? "fg.subtle"} boxSize={2.5} left="-6px" position="absolute" rounded="full" top={1.5} />
      <Text overflowWrap="anywhere">{event.text}</Text>
      <Text color="fg.muted" fontSize="xs">
        <Time at={event.at} />
      </Text>
      {factsOf(event, timeZone).map((fact, index) => (
        <Text key={index} overflowWrap="anywhere" whiteSpace="pre-wrap">
          {fact}
        </Text>
      ))}
    </Box>
  );
}
