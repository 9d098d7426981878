import { Box, Button, Text } from "@chakra-ui/react";
import { useState } from "react";

import type { Event, Updated } from "../api/types";
import { escaped } from "../shared/characters";
import { ContentChange } from "../shared/ContentChange";
import { Guard } from "../shared/Guard";
import { Time } from "../shared/Moment";
import { useTimeZone } from "../shared/useTimeZone";
import { factsOf } from "./facts";

const DOT: Partial<Record<Event["type"], string>> = {
  approved: "green.solid",
  denied: "red.solid",
  escalated: "orange.solid",
  expired: "purple.solid",
};

const SHOWN_AT_ONCE = 3;

/** Everything that happened to a request, oldest first. */
export function Timeline({ events, id }: { events: ReadonlyArray<Event>; id: string }) {
  const edits = events.filter(({ type }) => type === "updated");
  const newest = edits.slice(-SHOWN_AT_ONCE);
  return (
    <Box as="ol" data-testid="timeline" fontSize="sm" listStyleType="none">
      {events.map((event, index) => (
        <Guard key={index} text={() => event.text} what="entry" wrap={(words) => <li>{words}</li>}>
          <Entry event={event} id={id} newest={newest.includes(event)} />
        </Guard>
      ))}
    </Box>
  );
}

function Entry({ event, id, newest }: { event: Event; id: string; newest: boolean }) {
  const timeZone = useTimeZone();
  return (
    <Box as="li" borderColor="border" borderInlineStartWidth={2} ms={1} pb={2} position="relative" ps={4}>
      <Box bg={DOT[event.type] ?? "fg.subtle"} boxSize={2.5} left="-6px" position="absolute" rounded="full" top={1.5} />
      <Text overflowWrap="anywhere">{escaped(event.text)}</Text>
      <Text color="fg.muted" fontSize="xs">
        <Time at={event.at} />
      </Text>
      {factsOf(event, timeZone).map((fact, index) => (
        <Text key={index} overflowWrap="anywhere" whiteSpace="pre-wrap">
          {escaped(fact)}
        </Text>
      ))}
      {event.type === "updated" ? <Edited event={event} id={id} newest={newest} /> : null}
    </Box>
  );
}

type EditedProps = { event: Updated; id: string; newest: boolean };

/** What an edit changed of the content; of older ones on demand, as each asks the server for two contents. */
function Edited({ event: { after, before, fields }, id, newest }: EditedProps) {
  const [wanted, setWanted] = useState(newest);
  if (after === null || before === null || fields.length === 0) return null;
  if (wanted) return <ContentChange after={after} before={before} id={id} />;
  return (
    <Button onClick={() => setWanted(true)} size="xs" variant="outline">
      Show the change
    </Button>
  );
}
