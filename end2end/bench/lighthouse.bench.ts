// Lighthouse's score of the pages' performance, and what it is made of. A page is loaded as fast as it
// comes; how long a slow phone, or a desktop, would have waited is reckoned from that.
import type { Result } from "lighthouse";

import { auditedForms, auditedPages, test } from "../fixtures/lighthouse.ts";
import { inTurns, median } from "./turns.ts";

const GOAL = 95;

/** Lighthouse's metrics, by their columns. */
const metrics = {
  "first paint ms": "first-contentful-paint",
  "largest paint ms": "largest-contentful-paint",
  "speed index ms": "speed-index",
  "blocked ms": "total-blocking-time",
  "layout shift": "cumulative-layout-shift",
};

function figures({ categories, audits, environment }: Result): Record<string, number> {
  const measured = Object.entries(metrics).map(([column, id]) => [column, audits[id]?.numericValue]);
  const score = categories.performance?.score;
  return {
    performance: (score ?? NaN) * 100,
    ...Object.fromEntries(measured),
    // Of the machine as it is just then: a laptop that has nothing else to do has 1500 or more.
    "machine's speed": environment.benchmarkIndex,
  };
}

function medians(found: Record<string, number>[]): Record<string, number> {
  const columns = Object.keys(found[0]!).map((column) => {
    const figure = median(found.map((figures) => figures[column]!));
    return [column, column === "layout shift" ? Number(figure.toFixed(3)) : Math.round(figure)];
  });
  return Object.fromEntries(columns);
}

test("lighthouse", async ({ audit }) => {
  const rows: Record<string, Record<string, number>> = {};
  for (const [name, address] of Object.entries(auditedPages)) {
    for (const form of Object.keys(auditedForms) as (keyof typeof auditedForms)[]) {
      const found = await inTurns(async (server) =>
        figures(await audit(server + address, form, { onlyCategories: ["performance"] })));
      for (const [when, loads] of Object.entries(found)) {
        rows[`${name}, ${form}: ${when}`] = medians(loads);
      }
      rows[`${name}, ${form}: goal`] = { performance: GOAL };
    }
  }
  console.table(rows);
});
