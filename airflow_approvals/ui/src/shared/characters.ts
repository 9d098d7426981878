// The twin of domain/characters.py: control, format (which has the bidirectional ones), half a character, line and
// paragraph separator; then letters and signs that are drawn as nothing or as a blank, and code points without any.
const UNSEEN =
  /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u2800|\u3164|\uffa0|\u{1d159}|[\u2065\ufff0-\ufff8\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]/gu;
// Line breaks and tabs lay out text; Persian words and emoji are spelt with the joiners.
const STAYS = "\n\t\u200c\u200d";
// No script puts more marks on one letter; thousands take a browser seconds to draw.
const MARKS = /(\p{M}{8})(\p{M}+)/gu;

/** Writes out what does not show, or turns other characters round, as `\u200b`: every foreign text goes through it. */
export function escaped(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(UNSEEN, (c) => (STAYS.includes(c) ? c : codeOf(c)))
    .replace(MARKS, (_all, kept: string, more: string) => `${kept}(+${Array.from(more).length} marks)`);
}

function codeOf(c: string): string {
  const point = c.codePointAt(0) ?? 0;
  const digits = point.toString(16);
  return point <= 0xffff ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}
