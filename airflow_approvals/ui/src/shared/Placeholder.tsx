import { Button, EmptyState, Skeleton, Stack } from "@chakra-ui/react";
import type { ReactNode } from "react";

import { airflowUrl, type ApiError } from "../api/client";
import { escaped } from "./characters";

/** What a view shows in place of its content, until there is some. */
export function Placeholder({ error, retry }: { error?: ApiError; retry: () => void }) {
  if (error === undefined) return <Loading />;
  if (error.status === 401) return <SignedOut />;
  if (error.status === 404) return <Nothing role="alert" text={escaped(error.message)} title="Nothing to see here" />;
  return (
    <Nothing role="alert" text={escaped(error.message)} title="This could not be loaded">
      <Button onClick={retry} size="sm" variant="outline">
        Try again
      </Button>
    </Nothing>
  );
}

function Loading() {
  return (
    <Stack aria-busy aria-label="Loading" gap={3} py={4} role="status">
      {[0, 1, 2, 3].map((line) => (
        <Skeleton height={9} key={line} />
      ))}
    </Stack>
  );
}

export function SignedOut() {
  const here = location.pathname + location.search + location.hash;
  const signIn = airflowUrl(`api/v2/auth/login?${new URLSearchParams({ next: here }).toString()}`);
  return (
    <Nothing role="alert" text="Your session has ended. Signing in leads back to this view." title="You are signed out">
      <Button asChild colorPalette="brand" size="sm">
        <a href={signIn}>Sign in again</a>
      </Button>
    </Nothing>
  );
}

export function Nothing(props: { children?: ReactNode; role?: string; text: string; title: string }) {
  return (
    <EmptyState.Root role={props.role ?? "status"} size="sm">
      <EmptyState.Content>
        <EmptyState.Title>{props.title}</EmptyState.Title>
        <EmptyState.Description maxW="52ch" textAlign="center">
          {props.text}
        </EmptyState.Description>
        {props.children}
      </EmptyState.Content>
    </EmptyState.Root>
  );
}
