import useSWR, { mutate, type SWRConfiguration, type SWRResponse } from "swr";

import { ApiError, get } from "../api/client";

export const REFRESH_MILLISECONDS = 10_000;

const isFinal = (error: unknown): boolean => error instanceof ApiError && error.status >= 400 && error.status < 500;

/**
 * Asked again every 10 s while the page is visible and whenever it comes to the front. What was shown stays until
 * something newer is there. Failures are tried again ever more slowly; refusals (signed out, gone) only on focus.
 */
export const LIVE: SWRConfiguration<unknown, ApiError> = {
  refreshInterval: REFRESH_MILLISECONDS,
  refreshWhenHidden: false,
  revalidateOnFocus: true,
  focusThrottleInterval: 1000,
  keepPreviousData: true,
  dedupingInterval: 500,
  errorRetryInterval: 5000,
  shouldRetryOnError: (error: unknown) => !isFinal(error),
};

/** Keeps a path of the API up to date; null asks for nothing. */
export function useLive<T>(path: string | null, options: SWRConfiguration = {}): SWRResponse<T, ApiError> {
  return useSWR<T, ApiError>(path, (key: string) => get(key) as Promise<T>, {
    ...(LIVE as SWRConfiguration<T, ApiError>),
    ...options,
  });
}

/** Asks anew for everything shown, after something was changed. */
export async function refreshAll(): Promise<void> {
  await mutate(() => true);
}
