import { describe, expect, it } from "vitest";

import { redrawBadge } from "../../src/list/badge";

describe("the icon in the navigation", () => {
  it("is asked for anew only when the number changed, and nothing else is touched", () => {
    document.body.innerHTML = '<img src="/approvals/v1/badge.svg?theme=dark"><img src="/logo.svg">';
    const [badge, logo] = [...document.images];
    redrawBadge(3);
    expect(badge?.src).toMatch(/badge\.svg\?theme=dark&n=3$/);
    expect(logo?.src).toMatch(/\/logo\.svg$/);
  });
});
