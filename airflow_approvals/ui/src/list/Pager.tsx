import { Button, Flex, Text } from "@chakra-ui/react";

import { changeView, type View } from "../shared/view";
import { PAGE_SIZE } from "./path";

export function Pager({ go, total, view }: { go: (view: View) => void; total: number; view: View }) {
  const first = (view.page - 1) * PAGE_SIZE + 1;
  const last = Math.min(view.page * PAGE_SIZE, total);
  const step = (by: number) => go(changeView(view, { page: view.page + by }));
  return (
    <Flex align="center" aria-label="Pages" as="nav" gap={2} justify="flex-end" py={2}>
      <Text color="fg.muted" fontSize="sm">
        {first}–{last} of {total}
      </Text>
      <Button disabled={view.page === 1} onClick={() => step(-1)} size="xs" variant="outline">
        Previous
      </Button>
      <Button disabled={last >= total} onClick={() => step(1)} size="xs" variant="outline">
        Next
      </Button>
    </Flex>
  );
}
