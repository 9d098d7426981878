/** What of each request was last before this person in whole, in this window, by its fingerprint. */
const read = new Map<string, string>();

type Fingerprinted = { fingerprint: string; id: string };

export function noteRead({ fingerprint, id }: Fingerprinted): void {
  read.set(id, fingerprint);
}

/** What an answer is to: also from a line, which shows the subject only, the text that was read, not one that came since. */
export const readOf = ({ fingerprint, id }: Fingerprinted): string => read.get(id) ?? fingerprint;
