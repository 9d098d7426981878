import { readAnswer, stringify } from "./numbers";
import type { Closed, Problem } from "./types";

/** A refusal in the server's own words; status 0 means that the server could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code?: string,
    /** How the request was closed, when that is why. */
    readonly closed?: Closed | null,
    /** What is not as it was read, and what it is now, when that is why. */
    readonly changed?: Problem["changed"],
    readonly fingerprint?: string | null,
  ) {
    super(message);
  }
}

/** Gives the full address of a path below Airflow's base URL, which may have a path itself. */
export function airflowUrl(path: string): string {
  return new URL(path, document.baseURI).href;
}

const ATTEMPTS = 3;

async function call(method: string, path: string, body?: unknown, version?: number, left = ATTEMPTS): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(airflowUrl(`approvals/v1/${path}`), {
      method,
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(version === undefined ? {} : { "If-Match": `"${version}"` }),
      },
      body: stringify(body),
    });
  } catch {
    throw new ApiError(0, "Airflow cannot be reached.");
  }
  if (response.ok) return response.status === 204 ? undefined : readAnswer(await response.text());
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const later = problem.retry_after_seconds;
  if (response.status === 503 && later && left > 1) {
    // The database is away, and the server says when to ask again.
    await new Promise((resolve) => setTimeout(resolve, later * 1000));
    return call(method, path, body, version, left - 1);
  }
  const words = problem.detail ?? `Airflow answered ${response.status}.`;
  throw new ApiError(response.status, words, problem.code, problem.closed, problem.changed, problem.fingerprint);
}

export const get = (path: string): Promise<unknown> => call("GET", path);
export const post = (path: string, body: unknown): Promise<unknown> => call("POST", path, body);
/** Changes something only while it is at the version it was read at. */
export const patch = (path: string, body: unknown, version: number): Promise<unknown> =>
  call("PATCH", path, body, version);
export const remove = (path: string): Promise<unknown> => call("DELETE", path);
