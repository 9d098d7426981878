import { ChakraProvider, defaultSystem } from "@chakra-ui/react";
import { configure, render, type RenderResult } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router-dom";

// A busy machine must not make a test fail.
configure({ asyncUtilTimeout: 4000 });

/** Renders a part of the page with what Airflow's UI provides around it. */
export function show(part: ReactNode): RenderResult {
  const around = ({ children }: { children: ReactNode }) => (
    <ChakraProvider value={defaultSystem}>
      <MemoryRouter>{children}</MemoryRouter>
    </ChakraProvider>
  );
  return render(part, { wrapper: around });
}

/** Has the reader choose a time zone in Airflow's UI. */
export function readIn(timeZone: string): void {
  localStorage.setItem("timezone", JSON.stringify(timeZone));
}
