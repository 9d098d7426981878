import { Text } from "@chakra-ui/react";

import type { Approval, Status } from "../api/types";
import { Message } from "../shared/Message";
import { Time } from "../shared/Moment";
import { bySilence, capitalised } from "../shared/words";

const LOOK: Partial<Record<Status, "info" | "success">> = { approved: "success", cancelled: "info" };

/** How a request ended. */
export function Closed({ approval }: { approval: Approval }) {
  const { actor_kind: kind, actor_name: name, resolved_at: at, status } = approval;
  const said = status === "cancelled" ? approval.reason : approval.comment;
  return (
    <Message status={LOOK[status] ?? "error"}>
      <Text fontWeight="semibold">
        {capitalised(status)} {bySilence(kind, status) ? "because nobody answered in time" : <>by {name}</>}
      </Text>
      {at === null ? null : <Time at={at} />}
      {said ? (
        <Text overflowWrap="anywhere" whiteSpace="pre-wrap">
          {said}
        </Text>
      ) : null}
    </Message>
  );
}
