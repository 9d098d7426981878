import { Text } from "@chakra-ui/react";

import { countdown, formatFullTime, type Urgency } from "./time";
import { useNow } from "./useNow";
import { useTimeZone } from "./useTimeZone";

const COLOUR: Record<Urgency, string> = { calm: "fg", soon: "orange.fg", overdue: "red.fg" };

type Waiting = { created_at: string; escalated_at: string | null; expires_at: string | null };

/** The time an open request still has, ticking. */
export function Countdown({ request }: { request: Waiting }) {
  const now = useNow();
  const timeZone = useTimeZone();
  if (request.expires_at === null) return <Text color="fg.muted">no deadline</Text>;
  const { text, urgency } = countdown(request.escalated_at ?? request.created_at, request.expires_at, now);
  return (
    <Text
      color={COLOUR[urgency]}
      data-urgency={urgency}
      fontVariantNumeric="tabular-nums"
      fontWeight={urgency === "calm" ? "normal" : "semibold"}
      title={`Due ${formatFullTime(request.expires_at, timeZone)}`}
      whiteSpace="nowrap"
    >
      {text}
    </Text>
  );
}
