// Reading is tested in reading.spec.ts; these notices say what needs JavaScript.
import { expect, test } from "../fixtures/test.ts";
import { STEPS, starter } from "../fixtures/programs.ts";

for (const step of STEPS) {
  test(`the step ${step} says what is missing`, async ({ page, workbench }) => {
    await page.goto(`/courses/redis/${step}`);
    await expect(workbench.plainField).toBeVisible();
    await expect(workbench.plainField).toHaveValue(starter());
    await expect(workbench.runButton).toBeHidden();
    // Playwright's locators by text skip the content of <noscript>.
    const missing = page.locator("noscript p");
    await expect(missing).toHaveText([
      "Hints and the solution need JavaScript.",
      /^Writing code here and running the tests need JavaScript/,
    ]);
    for (const notice of await missing.all()) {
      await notice.scrollIntoViewIfNeeded();
      await expect(notice).toBeVisible();
    }
  });
}
