import { Box, Text } from "@chakra-ui/react";
import type { ReactNode } from "react";

import type { Approval } from "../api/types";
import { escaped } from "../shared/characters";
import { OriginPath } from "../shared/Origin";
import { isOpen } from "../shared/status";
import { Time } from "../shared/Moment";

/** Where a request comes from, and its times. */
export function About({ approval }: { approval: Approval }) {
  const { created_at: opened, expires_at: due, requested_by: asker, status, try_number: attempt } = approval;
  return (
    <Box as="dl" columnGap={4} display="grid" fontSize="sm" gridTemplateColumns="max-content 1fr" rowGap={1}>
      <Fact name="Dag">
        <OriginPath about={approval} />
      </Fact>
      <Fact name="Asked by">{escaped(asker ?? "schedule")}</Fact>
      <Fact name="Opened">
        <Time at={opened} />
      </Fact>
      {due !== null && isOpen(status) ? (
        <Fact name="Due">
          <Time at={due} />
        </Fact>
      ) : null}
      {attempt !== null && attempt > 1 ? <Fact name="Try">{attempt}</Fact> : null}
    </Box>
  );
}

function Fact({ children, name }: { children: ReactNode; name: string }) {
  return (
    <Box display="contents">
      <Text as="dt" color="fg.muted">
        {name}
      </Text>
      <Box as="dd" minW={0} overflowWrap="anywhere">
        {children}
      </Box>
    </Box>
  );
}
