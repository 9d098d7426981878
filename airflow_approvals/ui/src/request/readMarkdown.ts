import { parseLinkDestination, parseLinkLabel, parseLinkTitle } from "markdown-it/lib/helpers/index.mjs";
import ParserBlock from "markdown-it/lib/parser_block.mjs";
import ParserInline from "markdown-it/lib/parser_inline.mjs";
import type Token from "markdown-it/lib/token.mjs";

/** Beyond these a body is shown as plain text; docs/adr has what they were measured with. */
export const LIMITS = { characters: 20_000, depth: 20, elements: 6000 } as const;

// Of markdown-it only what is used (vite.config.ts leaves out the rest): no HTML, and no definitions of addresses,
// which would hide text. An image is a link behind a "!", and addresses are found when they are shown.
const block = new ParserBlock();
const inline = new ParserInline();
block.ruler.disable(["html_block", "lheading", "reference"]);
inline.ruler.disable(["html_inline", "linkify", "entity", "autolink", "image", "strikethrough"]);
inline.ruler2.disable(["strikethrough"]);

const parser = {
  block,
  helpers: { parseLinkDestination, parseLinkLabel, parseLinkTitle },
  inline,
  normalizeLink: (address: string) => address,
  options: { html: false, maxNesting: LIMITS.depth },
  validateLink: () => true, // addresses are looked at when they are shown
} as unknown as Parameters<ParserBlock["parse"]>[1];

/** Reads Markdown in linear time; undefined when it is too long, too deep or of too many parts to be shown as such. */
export function readMarkdown(text: string): ReadonlyArray<Token> | undefined {
  if (text.length > LIMITS.characters) return undefined;
  const tokens: Array<Token> = [];
  block.parse(text, parser, {}, tokens);
  let elements = tokens.length;
  for (const token of tokens) {
    // What is nested deeper was left out, and that nobody may approve.
    if (token.level >= LIMITS.depth - 1) return undefined;
    if (token.type !== "inline" || token.children === null) continue;
    inline.parse(token.content, parser, {}, token.children);
    elements += token.children.length;
    if (elements > LIMITS.elements || token.children.some(({ level }) => level >= LIMITS.depth)) return undefined;
  }
  return tokens;
}
