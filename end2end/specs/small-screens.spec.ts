import type { Page } from "@playwright/test";

import { fourLines, mistake } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

async function expectNothingBeside(page: Page): Promise<void> {
  const { scrolled, shown } = await page.evaluate(() => ({
    scrolled: document.documentElement.scrollWidth,
    shown: document.documentElement.clientWidth,
  }));
  expect(scrolled, "nothing stands beside the page").toBeLessThanOrEqual(shown);
}

for (const [what, width, height] of [
  ["360 px wide", 360, 640],
  // 1440 × 900 at 200 %.
  ["zoomed to 200 %", 720, 450],
] as const) {
  test.describe(what, () => {
    test.use({ viewport: { width, height } });

    test("panels are tabs, and a run shows its results", async ({ page, workbench }) => {
      await workbench.page.goto("/courses/redis/listen");
      await workbench.answers();
      const tab = (name: string) =>
        page.getByRole("tablist", { name: "Panels" }).getByRole("tab", { name });
      await expect(workbench.guide).toBeVisible();
      await expect(workbench.code).toBeHidden();
      await tab("Code").click();
      await expect(workbench.guide).toBeHidden();
      await workbench.write(fourLines);
      await expectNothingBeside(page);
      await workbench.run();
      await expect(tab("Results")).toHaveAttribute("aria-selected", "true");
      await expect(workbench.verdict.getByText("All 2 tests passed")).toBeVisible();
      await expect(workbench.results.getByRole("tabpanel", { name: "Test results" })).toBeFocused();
      await expect(workbench.results.getByRole("link", { name: "Next step: PING" })).toBeVisible();
      await expectNothingBeside(page);
      await workbench.results.getByRole("button", { name: /^Run tests/ }).click();
      await expect(workbench.liveRegion).toHaveText(/^Run 2: All 2 tests passed/);
      await tab("Results").press("ArrowRight");
      await expect(tab("Guide")).toBeFocused();
      await expect(workbench.guide).toBeVisible();
      await expectNothingBeside(page);
    });

    test("a failed test can be read, and leads to its line", async ({ page, workbench }) => {
      await workbench.page.goto("/courses/redis/bytes");
      await workbench.answers();
      await page.getByRole("tab", { name: "Code" }).click();
      await workbench.judge(mistake("bytes", "length_of_the_text"));
      await expect(workbench.verdict.getByText(/tests failed$/)).toBeVisible();
      await expectNothingBeside(page);
      const failed = workbench.result("counts the length in bytes");
      await expect(failed.getByRole("group", { name: "Expected and received bytes" })).toBeVisible();
      await failed.getByRole("button", { name: /^Go to line \d+$/ }).click();
      await expect(page.getByRole("tab", { name: "Code" })).toHaveAttribute("aria-selected", "true");
      await expect(workbench.editor.input).toBeFocused();
    });

    test("a course of many steps fits", async ({ page, workbench }) => {
      await page.goto("/courses/redis/echo");
      await workbench.answers();
      const circles = page.getByRole("navigation", { name: "Steps", exact: true }).getByRole("list");
      // The largest number that is ever shown.
      await circles.evaluate((list) => {
        while (list.children.length < 9) list.append(list.lastElementChild!.cloneNode(true));
      });
      await expectNothingBeside(page);
      await expect(page.getByRole("button", { name: "Keyboard shortcuts" })).toBeInViewport({ ratio: 1 });
    });

    for (const address of ["/", "/courses/redis"]) {
      test(`${address} fits`, async ({ page }) => {
        await page.goto(address);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expectNothingBeside(page);
      });
    }
  });
}

for (const [what, width, height] of [
  // 1280 × 1024 at 400 %.
  ["zoomed to 400 %", 320, 256],
  ["a window of little height", 455, 216],
  ["a phone held sideways", 844, 390],
] as const) {
  test.describe(what, () => {
    test.use({ viewport: { width, height } });

    test("the editor has half of the height", async ({ page, workbench }) => {
      await page.goto("/courses/redis/listen");
      await workbench.answers();
      await page.getByRole("tab", { name: "Code" }).click();
      await workbench.write(fourLines);
      await expectNothingBeside(page);
      const frame = page.locator(".editor-frame");
      await frame.evaluate((element) => element.scrollIntoView({ block: "center" }));
      await expect(frame).toBeInViewport({ ratio: 0.95 });
      expect((await frame.boundingBox())!.height).toBeGreaterThanOrEqual(height / 2);
      await workbench.run();
      await expect(workbench.verdict.getByText("All 2 tests passed")).toBeInViewport();
    });
  });
}
