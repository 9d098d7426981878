const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Two units at most, rounded to the smaller one: "45 s", "12 min 5 s", "3 h 20 min", "2 d 4 h". */
export function formatDuration(seconds: number): string {
  const exact = Math.max(0, Math.floor(seconds));
  const step = exact >= DAY ? HOUR : exact >= HOUR ? MINUTE : 1;
  const total = Math.round(exact / step) * step;
  const pair = (unit: number, name: string, smaller: number, smallerName: string) => {
    const rest = Math.floor((total % unit) / smaller);
    return `${Math.floor(total / unit)} ${name}${rest > 0 ? ` ${rest} ${smallerName}` : ""}`;
  };
  if (total >= DAY) return pair(DAY, "d", HOUR, "h");
  if (total >= HOUR) return pair(HOUR, "h", MINUTE, "min");
  if (total >= MINUTE) return pair(MINUTE, "min", 1, "s");
  return `${total} s`;
}

/** One unit, rounded: "just now", "12 min", "3 h", "2 d". */
export function formatAge(seconds: number): string {
  if (seconds < MINUTE) return "just now";
  if (Math.round(seconds / MINUTE) < 60) return `${Math.round(seconds / MINUTE)} min`;
  if (Math.round(seconds / HOUR) < 24) return `${Math.round(seconds / HOUR)} h`;
  return `${Math.round(seconds / DAY)} d`;
}

export type Urgency = "calm" | "soon" | "overdue";

/**
 * How long an open request still has.
 *
 * @param from when the level that is asked began to wait: opened, or escalated last.
 * @returns the time left, and "soon" in the last quarter of it.
 */
export function countdown(from: string, deadline: string, now: number): { text: string; urgency: Urgency } {
  const end = Date.parse(deadline);
  const left = (end - now) / 1000;
  if (left <= 0) return { text: `overdue by ${formatDuration(-left)}`, urgency: "overdue" };
  const whole = (end - Date.parse(from)) / 1000;
  return { text: formatDuration(left), urgency: left <= whole / 4 ? "soon" : "calm" };
}

function parts(moment: Date, timeZone: string, extra: Intl.DateTimeFormatOptions = {}): Record<string, string> {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    ...extra,
  });
  return Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
}

/** "2026-01-31 17:05:09", as Airflow's UI writes times. */
export function formatTime(time: string, timeZone: string): string {
  const at = parts(new Date(time), timeZone);
  return `${at.year}-${at.month}-${at.day} ${at.hour}:${at.minute}:${at.second}`;
}

/** The same with the zone's name: "2026-01-31 17:05:09 CET". */
export function formatFullTime(time: string, timeZone: string): string {
  return `${formatTime(time, timeZone)} ${parts(new Date(time), timeZone, { timeZoneName: "short" }).timeZoneName}`;
}

/** The value of a `datetime-local` input: wall-clock time in the zone, to the minute. */
export function toLocalInput(time: string, timeZone: string): string {
  return formatTime(time, timeZone).slice(0, 16).replace(" ", "T");
}

/** Reads a `datetime-local` input as wall-clock time in the zone; gives RFC 3339 in UTC. */
export function fromLocalInput(local: string, timeZone: string): string {
  const wanted = Date.parse(`${local}Z`);
  const shown = (at: number) => Date.parse(`${formatTime(new Date(at).toISOString(), timeZone).replace(" ", "T")}Z`);
  // The offset at the first guess may differ from that at the answer, around a clock change: look twice.
  let at = wanted - (shown(wanted) - wanted);
  at -= shown(at) - wanted;
  return new Date(at).toISOString();
}

/** Airflow's UI keeps the zone a person chose as JSON in local storage; without one it takes the browser's. */
export function storedTimeZone(stored: string | null): string {
  try {
    const zone: unknown = JSON.parse(stored ?? "");
    if (typeof zone === "string") {
      new Intl.DateTimeFormat("en", { timeZone: zone });
      return zone;
    }
  } catch {
    // Nothing stored, or not a zone this browser knows.
  }
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
