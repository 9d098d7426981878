import { vi } from "vitest";

export type Asked = { address: string; body: unknown; method: string };
export type Answer = { body?: unknown; status: number };

/** Stands in for the API until `vi.unstubAllGlobals`; status 0 is a server that cannot be reached. */
export function serve(
  respond: (asked: Asked, headers: Record<string, string>) => Answer | Promise<Answer>,
): Array<Asked> {
  const log: Array<Asked> = [];
  vi.stubGlobal("fetch", async (address: string, { body, headers = {}, method = "GET" }: RequestInit) => {
    const asked: Asked = { address, body: typeof body === "string" ? JSON.parse(body) : undefined, method };
    log.push(asked);
    const { body: given, status } = await respond(asked, headers as Record<string, string>);
    if (status === 0) throw new TypeError("Failed to fetch");
    return { json: () => Promise.resolve(given), ok: status < 400, status, text: () => Promise.resolve(textOf(given)) };
  });
  return log;
}

/** A body is JSON, or its text already, where a test minds how that is written. */
const textOf = (body: unknown): string => (typeof body === "string" ? body : JSON.stringify(body ?? null));
