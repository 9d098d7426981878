/** In words, and the fingerprint of what is asked now when something else was read. */
export type Refused = { changedTo?: string; error: string };
export type Outcome<T> = { item: T } & Partial<Refused>;

const AT_ONCE = 3;

/** Does the same to many, a few at a time; each succeeds or fails for itself. Outcomes are in the given order. */
export async function each<T>(
  items: ReadonlyArray<T>,
  act: (item: T) => Promise<void>,
  tell: (error: unknown) => Refused,
  onDone: (done: number) => void = () => undefined,
): Promise<Array<Outcome<T>>> {
  const outcomes: Array<Outcome<T>> = [];
  const queue = [...items.entries()];
  let done = 0;
  async function work(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, item] = next;
      try {
        await act(item);
        outcomes[index] = { item };
      } catch (error) {
        outcomes[index] = { item, ...tell(error) };
      }
      onDone(++done);
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
  return outcomes;
}

/** The first refusal, in words. */
export const refusalIn = (outcomes: ReadonlyArray<Outcome<unknown>>): string | undefined =>
  outcomes.find(({ error }) => error !== undefined)?.error;
