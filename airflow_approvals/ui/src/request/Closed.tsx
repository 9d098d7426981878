import { Text } from "@chakra-ui/react";

import type { Approval, Status } from "../api/types";
import { escaped } from "../shared/characters";
import { Message } from "../shared/Message";
import { Time } from "../shared/Moment";
import { bySilence, capitalised } from "../shared/words";

const LOOK: Partial<Record<Status, "info" | "success">> = { approved: "success", cancelled: "info" };

/** How a request ended; quiet where a refusal stands above it already. */
export function Closed({ approval, quiet = false }: { approval: Approval; quiet?: boolean }) {
  const { actor_kind: kind, actor_name: name, resolved_at: at, status } = approval;
  const said = status === "cancelled" ? approval.reason : approval.comment;
  return (
    <Message status={quiet ? "info" : (LOOK[status] ?? "error")}>
      <Text fontWeight="semibold">
        {capitalised(status)}{" "}
        {bySilence(kind, status) ? "because nobody answered in time" : `by ${escaped(name ?? "")}`}
      </Text>
      {at === null ? null : <Time at={at} />}
      {said ? (
        <Text overflowWrap="anywhere" whiteSpace="pre-wrap">
          {escaped(said)}
        </Text>
      ) : null}
    </Message>
  );
}
