import { airflowUrl } from "../api/client";

/** Has the navigation's icon drawn anew; Airflow's UI itself only does so when the page is loaded. */
export function redrawBadge(waiting: number): void {
  const address = airflowUrl("approvals/v1/badge.svg");
  for (const image of document.querySelectorAll("img")) {
    if (!image.src.startsWith(address)) continue;
    const wanted = new URL(image.src);
    if (wanted.searchParams.get("n") === String(waiting)) continue;
    wanted.searchParams.set("n", String(waiting));
    image.src = wanted.href;
  }
}
