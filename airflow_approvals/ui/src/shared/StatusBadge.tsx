import { Badge } from "@chakra-ui/react";

import type { Status } from "../api/types";

const PALETTE: Record<Status, string> = {
  pending: "blue",
  escalated: "orange",
  approved: "green",
  denied: "red",
  expired: "purple",
  cancelled: "gray",
};

export function StatusBadge({ status, level }: { status: Status; level: number }) {
  return (
    <Badge colorPalette={PALETTE[status]} variant="subtle" whiteSpace="nowrap">
      {status}
      {level > 0 && status === "escalated" ? ` · level ${level + 1}` : ""}
    </Badge>
  );
}
