import { describe, expect, it } from "vitest";

import {
  countdown,
  formatAge,
  formatDuration,
  formatFullTime,
  formatTime,
  fromLocalInput,
  storedTimeZone,
  toLocalInput,
} from "../../src/shared/time";

const NOON = "2026-03-01T12:00:00Z";
const at = (time: string) => Date.parse(time);

describe("countdown", () => {
  const four = "2026-03-01T16:00:00Z";

  it("is calm in the first three quarters", () => {
    expect(countdown(NOON, four, at(NOON))).toEqual({ text: "4 h", urgency: "calm" });
    expect(countdown(NOON, four, at("2026-03-01T14:59:59Z"))).toEqual({ text: "1 h", urgency: "calm" });
  });

  it("warns in the last quarter", () => {
    expect(countdown(NOON, four, at("2026-03-01T15:00:00Z"))).toEqual({ text: "1 h", urgency: "soon" });
    expect(countdown(NOON, four, at("2026-03-01T15:59:59Z"))).toEqual({ text: "1 s", urgency: "soon" });
  });

  it("says so from the very moment of the deadline", () => {
    expect(countdown(NOON, four, at(four))).toEqual({ text: "overdue by 0 s", urgency: "overdue" });
    expect(countdown(NOON, four, at("2026-03-01T16:05:30Z")).text).toBe("overdue by 5 min 30 s");
  });

  it("is calm when an edit moved the deadline far away", () => {
    expect(countdown(NOON, "2026-03-11T12:00:00Z", at("2026-03-02T11:00:00Z")).urgency).toBe("calm");
  });
});

describe("durations", () => {
  it.each([
    [0, "0 s"],
    [59.9, "59 s"],
    [60, "1 min"],
    [125, "2 min 5 s"],
    [3600, "1 h"],
    [3660, "1 h 1 min"],
    [86_400, "1 d"],
    [100_000, "1 d 4 h"],
    [3 * 3600 - 1, "3 h"],
    [-5, "0 s"],
  ])("writes %d seconds as %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it.each([
    [3, "just now"],
    [-30, "just now"],
    [61, "1 min"],
    [7300, "2 h"],
    [200_000, "2 d"],
  ])("writes an age of %d seconds as %s", (seconds, text) => expect(formatAge(seconds)).toBe(text));
});

describe("time zones", () => {
  it("writes times as they are in the zone", () => {
    expect(formatTime("2026-01-31T23:05:09Z", "Europe/Berlin")).toBe("2026-02-01 00:05:09");
    expect(formatFullTime("2026-01-31T23:05:09Z", "UTC")).toBe("2026-01-31 23:05:09 UTC");
  });

  it.each(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])(
    "reads what it wrote, in %s, summer and winter",
    (zone) => {
      for (const time of ["2026-01-15T12:34:00.000Z", "2026-07-15T12:34:00.000Z", "2026-03-29T00:30:00.000Z"]) {
        expect(fromLocalInput(toLocalInput(time, zone), zone)).toBe(time);
      }
    },
  );

  it("takes the zone chosen in Airflow, else the browser's", () => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    expect(storedTimeZone('"Asia/Tokyo"')).toBe("Asia/Tokyo");
    for (const broken of [null, "", "Asia/Tokyo", '"Mars/Olympus"', "42", "{"])
      expect(storedTimeZone(broken)).toBe(own);
  });
});
