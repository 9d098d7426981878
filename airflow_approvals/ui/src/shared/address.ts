const LONGEST = 200;

/** Gives the address if a click on it can do no harm: another page or a mail, never a script. */
export function safeAddress(address: unknown): string | undefined {
  if (typeof address !== "string" || !URL.canParse(address, document.baseURI)) return undefined;
  const { href, protocol } = new URL(address, document.baseURI);
  return ["http:", "https:", "mailto:"].includes(protocol) ? href : undefined;
}

/** Where a link leads, when its text does not say so or says otherwise; undefined when there is nothing to add. */
export function destination(text: string, address: string): string | undefined {
  const href = safeAddress(address);
  if (href === undefined) return address === "" || address === text ? undefined : shortened(address);
  const { host, protocol, username, password } = new URL(href);
  // What stands before an @ looks like a host and is none; a name in another script may look like one in ours.
  if (protocol !== "mailto:" && (username || password || host.includes("xn--"))) return host;
  return text.split(/\s+/).some((word) => isAddress(word) && !leadsTo(word, href)) ? shortened(href) : undefined;
}

const isAddress = (word: string): boolean => /^[a-z][a-z\d+.-]*:\/\/|^www\.|[^.]\.[a-z]{2,}|@/i.test(word);

const leadsTo = (word: string, href: string): boolean =>
  [word, `https://${word}`, `http://${word}`, `mailto:${word}`].some(
    (meant) => URL.canParse(meant) && new URL(meant).href === href,
  );

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
