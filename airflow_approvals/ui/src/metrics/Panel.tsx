import { Box, Heading } from "@chakra-ui/react";
import type { ReactNode } from "react";

/** A framed part of the numbers. */
export function Panel({ children, title }: { children: ReactNode; title: string }) {
  return (
    <Box borderWidth={1} minW={0} p={3} rounded="md">
      <Heading as="h2" mb={2} size="sm">
        {title}
      </Heading>
      {children}
    </Box>
  );
}
