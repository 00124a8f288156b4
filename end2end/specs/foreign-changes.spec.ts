// Extensions and translators change the page before it starts.
import type { Page } from "@playwright/test";

import { changeBeforeStart, foreignChanges } from "../fixtures/foreign_changes.ts";
import { fourLines } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

const isLive = (page: Page) => expect(page.locator("html[data-hydrated]")).toBeAttached();
const fatal = (page: Page) => page.locator("#fatal");

for (const [what, change] of Object.entries(foreignChanges)) {
  test.describe(`before the start, ${what}`, () => {
    for (const address of ["/", "/courses/redis"]) {
      test(`${address} works, and after a reload`, async ({ page }) => {
        (await changeBeforeStart(page, change))();
        await page.goto(address);
        await isLive(page);
        await page.reload();
        await isLive(page);
        await expect(page.getByRole("link", { name: "Skip to the content" })).toBeAttached();
        await expect(page.getByRole("main")).toHaveCount(1);
        await page.getByRole("main").getByRole("link", { name: /Redis|Listen/ }).first().click();
        await expect(page).toHaveURL(/redis/);
        await expect(fatal(page)).toHaveCount(0);
      });
    }

    test("a step works, keeps what was typed, and works after a reload", async ({
      page,
      workbench,
    }) => {
      const start = await changeBeforeStart(page, change);
      await page.goto("/courses/redis/listen");
      await workbench.plainField.fill("");
      await workbench.plainField.pressSequentially("typed = 1");
      start();
      await workbench.isReady();
      await expect(workbench.editor.input).toBeFocused();
      await page.keyboard.type("2");
      await workbench.editor.expectText("typed = 12");
      await workbench.isSaved();
      await workbench.reload();
      await workbench.editor.expectText("typed = 12");
      await workbench.judge(fourLines);
      await workbench.hasVerdict("All 2 tests passed");
      await expect(page.locator(".verdict")).toHaveCount(1);
      await expect(fatal(page)).toHaveCount(0);
    });
  });
}

test("a changed page keeps what was typed where storage is full", async ({ page, workbench }) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  const start = await changeBeforeStart(page, foreignChanges["no skip link"]);
  await page.goto("/courses/redis/listen");
  await workbench.plainField.fill("typed = 1");
  start();
  await workbench.isReady();
  await workbench.editor.expectText("typed = 1");
  await expect(workbench.code.getByText("Not saved", { exact: true })).toBeVisible();
});

test("a page that was changed on its way starts at the second try, with what was typed", async ({
  page,
  workbench,
  trouble,
}) => {
  // What the browser parses is already without its comments: only the attempt shows it.
  trouble.expect(/console error: panicked at /, /page error: unreachable/);
  await page.route("**/courses/redis/listen", async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replaceAll(/<!--.*?-->|<!>/g, "");
    await route.fulfill({ response: answer, body });
  });
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\.wasm$/, async (route) => {
    await released;
    await route.continue();
  });
  await page.goto("/courses/redis/listen");
  await workbench.plainField.fill("typed = 1");
  release();
  await workbench.isReady();
  await workbench.editor.expectText("typed = 1");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await workbench.reload();
  await workbench.editor.expectText(fourLines);
  await expect(fatal(page)).toHaveCount(0);
});
