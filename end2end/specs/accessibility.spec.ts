import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { endlessLoop, fourLines, mistake } from "../fixtures/programs.ts";
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
  "the solution": async (page, workbench) => {
    await workbench.guide.getByRole("button", { name: "Show the solution…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Show the solution" }).click();
    await expect(page.getByRole("dialog").getByText("create_server").first()).toBeVisible();
  },
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

    for (const [where, width] of [
      ["wide", 1440],
      ["narrow", 390],
    ] as const) {
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

        test("failed has no barrier", async ({ page, workbench }) => {
          await workbench.open("echo");
          await workbench.judge(mistake("echo", "length_of_the_text"));
          await workbench.hasVerdict(/tests failed$/);
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

test("with more contrast asked for, nothing has a barrier and lines are drawn stronger", async ({
  page,
  workbench,
}) => {
  await workbench.open("echo");
  const line = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--line"));
  const usual = await line();
  await page.emulateMedia({ contrast: "more" });
  expect(await line()).not.toBe(usual);
  await workbench.judge(mistake("echo", "length_of_the_text"));
  await workbench.hasVerdict(/tests failed$/);
  await expectNoBarrier(page);
});

test("with less motion asked for, nothing moves while a run goes", async ({ page, workbench }) => {
  const moving = () =>
    page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length);
  await workbench.open("listen");
  await workbench.judge(endlessLoop);
  await workbench.isRunning();
  await expect.poll(moving).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expect.poll(moving).toBe(0);
});
