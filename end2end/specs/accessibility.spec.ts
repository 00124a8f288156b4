import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { endlessLoop, fourLines } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";
import type { Workbench } from "../pages/workbench.ts";

/** Every rule of axe, in short when there is something to tell. */
async function expectNoBarrier(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary}`),
  );
  expect(told).toEqual([]);
}

const dialogs: Record<string, (page: Page, workbench: Workbench) => Promise<void>> = {
  "the shortcuts": async (page) =>
    page.getByRole("button", { name: "Keyboard shortcuts" }).click(),
  "progress": async (page) =>
    page.getByRole("button", { name: "Progress: export and import" }).click(),
  "starting over": async (_, workbench) =>
    workbench.code.getByRole("button", { name: "Reset…" }).click(),
};

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    for (const address of ["/", "/courses/redis", "/nothing"]) {
      test(`${address} has no barrier`, async ({ page, trouble }) => {
        trouble.expectStatus(404);
        await page.goto(address);
        await expect(page.locator("html[data-hydrated]")).toBeAttached();
        await expectNoBarrier(page);
      });
    }

    for (const [where, width] of colorScheme === "light" ? ([["wide", 1440]] as const) : []) {
      test.describe(where, () => {
        test.use({ viewport: { width, height: 844 } });

        test("idle has no barrier", async ({ page, workbench }) => {
          await workbench.open("echo");
          await expectNoBarrier(page);
        });

        test("running has no barrier", async ({ page, workbench }) => {
          await workbench.open("listen");
          await workbench.judge(endlessLoop);
          await workbench.isRunning();
          await expectNoBarrier(page);
        });

        test("passed has no barrier", async ({ page, workbench }) => {
          await workbench.open("listen");
          await workbench.judge(fourLines);
          await workbench.hasVerdict("All 2 tests passed");
          await expectNoBarrier(page);
        });
      });
    }

    for (const [name, open] of Object.entries(dialogs)) {
      test(`the dialog of ${name} has no barrier`, async ({ page, workbench }) => {
        await workbench.open("listen");
        await open(page, workbench);
        await expect(page.getByRole("dialog")).toBeVisible();
        await expectNoBarrier(page);
      });
    }
  });
}
