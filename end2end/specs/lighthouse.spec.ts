// What Lighthouse says of the pages that does not depend on the machine's speed. Its score of their
// performance does: `cargo xtask bench --page` prints it.
import { expect } from "@playwright/test";
import type { Result } from "lighthouse";

import { auditedForms, auditedPages, test } from "../fixtures/lighthouse.ts";

const CATEGORIES = ["accessibility", "best-practices", "seo"];

// Lighthouse would meet what a trace puts into the page.
test.use({ trace: "off", screenshot: "off" });

for (const [name, address] of Object.entries(auditedPages)) {
  for (const form of Object.keys(auditedForms) as (keyof typeof auditedForms)[]) {
    test(`the ${name} page has all of Lighthouse's points on ${form}`, async ({ audit, baseURL }) => {
      // A slow machine takes long, and fails nothing.
      test.setTimeout(600_000);
      const found = await audit(baseURL + address, form, {
        onlyCategories: CATEGORIES,
        // Its wait until nothing is loaded and nothing computes is enough.
        pauseAfterFcpMs: 0,
        pauseAfterLoadMs: 0,
      });
      expect(failures(found)).toEqual([]);
      const scores = CATEGORIES.map((category) => [category, found.categories[category]?.score]);
      expect(Object.fromEntries(scores)).toEqual({ accessibility: 1, "best-practices": 1, seo: 1 });
    });
  }
}

/** The audits that cost points, or that could not be made, with what they found. */
function failures({ categories, audits }: Result): string[] {
  return Object.values(categories)
    .flatMap(({ auditRefs }) => auditRefs)
    .filter(({ weight }) => weight > 0)
    .map(({ id }) => audits[id]!)
    .filter(({ score, scoreDisplayMode }) => scoreDisplayMode === "error" || (score ?? 1) < 1)
    .map(({ id, title, errorMessage, details }) => {
      const items = details && "items" in details ? (details.items as { node?: Node }[]) : [];
      const told = items.map((item) => item.node?.selector ?? JSON.stringify(item));
      return [id, errorMessage ?? title, ...told].join(": ");
    });
}

interface Node {
  selector?: string;
}
