import { endlessLoop, fourLines, mistake, solution } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

const FIRST = "listens on port 6379";
const SECOND = "lets a second client connect";

test("one test can be run alone: it says so, and makes no step done", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.write(fourLines);
  await workbench.runOnly(SECOND).click();
  await workbench.hasVerdict("This one test passed", `Your program ${SECOND}.`);
  await expect(workbench.verdict).toContainText("No other test was asked for.");
  await expect(workbench.liveRegion).toHaveText(/^Run 1: This one test passed\./);
  await workbench.expectCheck(SECOND, "passed");
  await workbench.expectCheck(FIRST, "not asked for");
  await expect(workbench.result(FIRST)).toContainText("not asked for");
  await expect(workbench.step("Step 1: Listen, done")).toHaveCount(0);
  await expect(workbench.results.getByRole("link", { name: /^Next step/ })).toHaveCount(0);

  await workbench.run();
  await workbench.hasVerdict("All 2 tests passed");
  await expect(workbench.verdict).not.toContainText("No other test");
  await expect(workbench.step("Step 1: Listen, done")).toBeVisible();
});

test("the failed test can be run again, with the values that it failed with", async ({
  page,
  workbench,
}) => {
  await workbench.open("bytes");
  await workbench.judge(mistake("bytes", "length_of_the_text"));
  await workbench.hasVerdict(/^1 of \d+ tests failed$/);
  const seed = workbench.results.locator(".seed code");
  const failedWith = await seed.innerText();
  await workbench.verdict.getByRole("button", { name: "Run this test again" }).click();
  await workbench.hasVerdict("This one test failed");
  await expect(seed).toHaveText(failedWith);
  const failed = workbench.result("counts the length in bytes");
  await expect(failed).toHaveAttribute("open", "");

  await workbench.write(solution("bytes"));
  await page.keyboard.press("ControlOrMeta+Shift+Enter");
  await workbench.hasVerdict("This one test passed");
  await expect(seed).toHaveText(failedWith);
  await expect(workbench.step("Step 4: Bytes, done")).toHaveCount(0);
  // Nothing has failed since: the key repeats the same test.
  await page.keyboard.press("ControlOrMeta+Shift+Enter");
  await expect(workbench.liveRegion).toHaveText(/^Run 4: This one test passed\./);
});

test("a test of an earlier step can be run alone from its result, by keyboard", async ({
  page,
  workbench,
}) => {
  await workbench.open("echo");
  await workbench.judge(solution("echo"));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
  const group = workbench.results.locator("details.group").filter({ hasText: "Step 1 ·" });
  await group.locator("summary").first().focus();
  await page.keyboard.press("Enter");
  const test = workbench.result(FIRST);
  await test.locator("summary").focus();
  await page.keyboard.press("Enter");
  await test.getByRole("button", { name: "Run only this test" }).focus();
  await page.keyboard.press("Enter");
  await workbench.hasVerdict("This one test passed", `Your program ${FIRST}.`);
});

test("while a run goes on, no test can be run beside it", async ({ workbench }) => {
  await workbench.open("get");
  await workbench.judge(endlessLoop);
  await workbench.isRunning();
  const button = workbench.guide.getByRole("button", { name: /^Run only this test/ }).first();
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await button.click({ force: true });
  await workbench.isRunning();
  await workbench.stopButton.click();
  await workbench.hasVerdict("Stopped");
});

test("beside one test, the last run of all tests is kept, and the next that failed is one key away", async ({
  page,
  workbench,
}) => {
  await workbench.open("bytes");
  await workbench.judge(mistake("bytes", "one_recv"));
  const whole = await workbench.verdict.getByText(/^\d+ of \d+ tests failed$/).innerText();
  expect(whole).not.toMatch(/^1 of/);
  await workbench.write(solution("bytes"));
  await page.keyboard.press("ControlOrMeta+Shift+Enter");
  await workbench.hasVerdict("This one test passed");
  const first = await workbench.liveRegion.innerText();
  const kept = workbench.results.locator("details.before");
  await expect(kept).toContainText(`The last complete run: ${whole}`);
  await kept.locator("summary").first().click();
  await expect(kept.locator("details.case").first()).toBeVisible();

  const next = workbench.verdict.getByRole("button", { name: "Run the next failed test" });
  await next.click();
  await expect(workbench.liveRegion).toHaveText(/^Run 3: This one test passed\./);
  expect((await workbench.liveRegion.innerText()).replace("Run 3", "Run 2")).not.toBe(first);

  // Each has its turn once.
  const failed = Number(/^\d+/.exec(whole)?.[0]);
  for (let run = 4; run <= failed + 1; run += 1) {
    await next.click();
    await expect(workbench.liveRegion).toHaveText(new RegExp(`^Run ${run}: This one test passed\\.`));
  }
  await expect(next).toHaveCount(0);

  await workbench.reload();
  await workbench.hasVerdict(whole);
});

test("where no other has run, one test's result is there again after a reload", async ({ workbench }) => {
  await workbench.open("bytes");
  await workbench.write(solution("bytes"));
  await workbench.guide.getByRole("button", { name: /^Run only this test/ }).first().click();
  await workbench.hasVerdict("This one test passed");
  await workbench.reload();
  await workbench.hasVerdict("This one test passed");
});
