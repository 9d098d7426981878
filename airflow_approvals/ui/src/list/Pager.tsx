import { Button, Flex, Text } from "@chakra-ui/react";

import type { Rows } from "../api/types";
import { changeView, type View } from "../shared/view";
import { PAGE_SIZE } from "./path";

export function Pager({ data, go, view }: { data: Rows; go: (view: View) => void; view: View }) {
  const before = (view.page - 1) * PAGE_SIZE;
  const step = (by: number) => go(changeView(view, { page: view.page + by }));
  return (
    <Flex align="center" aria-label="Pages" as="nav" gap={2} justify="flex-end" py={2}>
      <Text color="fg.muted" fontSize="sm">
        {before + 1}–{before + data.approvals.length} of {data.total_entries.toLocaleString("en")}
        {data.more_than_total ? "+" : ""}
      </Text>
      <Button disabled={view.page === 1} onClick={() => step(-1)} size="xs" variant="outline">
        Previous
      </Button>
      <Button disabled={data.next_cursor === null} onClick={() => step(1)} size="xs" variant="outline">
        Next
      </Button>
    </Flex>
  );
}
