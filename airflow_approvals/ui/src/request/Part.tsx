import { Box, Heading, Separator } from "@chakra-ui/react";
import type { ReactNode } from "react";

/** A titled section of a request. */
export function Part({ children, title }: { children: ReactNode; title: string }) {
  return (
    <Box as="section" mt={3}>
      <Separator mb={3} />
      <Heading as="h3" color="fg.muted" fontWeight="semibold" mb={1} size="xs">
        {title}
      </Heading>
      {children}
    </Box>
  );
}
