import { Box, Text } from "@chakra-ui/react";

import type { Approval } from "../api/types";
import { isOpen } from "../shared/status";
import { formatDuration } from "../shared/time";
import { approverName } from "../shared/words";

const SILENCE: Record<Approval["on_expiry"], string> = {
  fail: "the request expires and the task fails",
  skip: "the request expires and the task is skipped",
  approve: "the request counts as approved",
  deny: "the request counts as denied",
};

/** Who is asked, in which order, and what their silence means. */
export function Levels({ approval }: { approval: Approval }) {
  return (
    <Box fontSize="sm">
      <Box as="ol" listStylePosition="inside" listStyleType={approval.levels.length > 1 ? "decimal" : "none"}>
        {approval.levels.map((level, index) => (
          <Box as="li" color={index <= approval.level ? "fg" : "fg.muted"} key={index} overflowWrap="anywhere">
            {level.approvers.map(approverName).join(", ")}
            {level.timeout_seconds === null ? "" : `, for ${formatDuration(level.timeout_seconds)}`}
            {index > approval.level && isOpen(approval.status) ? " (not asked yet)" : ""}
          </Box>
        ))}
      </Box>
      {approval.quorum > 1 ? (
        <Text mt={1}>
          {approval.quorum} people have to approve; {approval.votes.length} answered so far.
        </Text>
      ) : null}
      {approval.expires_at !== null && isOpen(approval.status) ? (
        <Text color="fg.muted" mt={1}>
          If nobody answers in time, {SILENCE[approval.on_expiry]}.
        </Text>
      ) : null}
    </Box>
  );
}
