/** A number that JavaScript would round, or write otherwise, as it was written: `9007199254740993`, `1.0`. */
export class Exact {
  constructor(readonly written: string) {}
}

// In between, such numbers are texts that begin so. Nobody can have written one: it is another one in each window.
const MARK = `exactly ${Math.random()} `;
const MARKED = new RegExp(`"${MARK}(.*?)"`, "g");
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * Parses JSON and keeps every number as it is written.
 *
 * @throws SyntaxError as JSON.parse does.
 */
export function parseExactly(text: string): unknown {
  JSON.parse(text);
  const marked = text.replace(TEXT_OR_NUMBER, (found) =>
    found.startsWith('"') || String(Number(found)) === found ? found : `"${MARK}${found}"`,
  );
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(MARK) ? new Exact(value.slice(MARK.length)) : value,
  );
}

/** Writes JSON, exact numbers as they were written; undefined for what is no JSON. */
export function stringify(value: unknown, indent?: number): string | undefined {
  const marked = JSON.stringify(
    value,
    (_key, inner: unknown) => (inner instanceof Exact ? MARK + inner.written : inner),
    indent,
  ) as string | undefined;
  return marked?.replace(MARKED, "$1");
}

/** Parses an answer of the API; exact are the numbers in the details of requests, which people write. */
export function readAnswer(text: string): unknown {
  const answer: unknown = JSON.parse(text);
  const exact = parseExactly(text);
  for (const part of [(all: Parts) => all, (all: Parts) => all?.approval]) {
    const [plain, precise] = [part(answer as Parts), part(exact as Parts)];
    if (plain?.metadata) plain.metadata = precise?.metadata;
  }
  return answer;
}

type Parts = { approval?: { metadata?: unknown }; metadata?: unknown } | null | undefined;
