import { expectNoBarrier } from "../fixtures/barriers.ts";
import { endlessLoop, mistake } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

for (const theme of ["Light", "Dark"]) {
  test(`the theme ${theme} has no barrier, whatever the system's is`, async ({ page, workbench }) => {
    await workbench.open("bytes");
    await workbench.chooseTheme(theme);
    await workbench.judge(mistake("bytes", "length_of_the_text"));
    await workbench.hasVerdict(/tests failed$/);
    await page.emulateMedia({
      colorScheme: theme === "Light" ? "dark" : "light",
      reducedMotion: "reduce",
    });
    await expectNoBarrier(page, "colours");
  });
}

test("with more contrast asked for, nothing has a barrier and lines are drawn stronger", async ({
  page,
  workbench,
}) => {
  await workbench.open("bytes");
  const line = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--line"));
  const usual = await line();
  await page.emulateMedia({ contrast: "more" });
  expect(await line()).not.toBe(usual);
  await workbench.judge(mistake("bytes", "length_of_the_text"));
  await workbench.hasVerdict(/tests failed$/);
  await expectNoBarrier(page);
});

test("with less motion asked for, nothing moves while a run goes", async ({ page, workbench }) => {
  const moving = () =>
    page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length);
  await workbench.open("get");
  await workbench.judge(endlessLoop);
  await workbench.isRunning();
  await expect.poll(moving).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await moving()).toBe(0);
  expect(await workbench.runs(), "the run still goes on").toBe(true);
});
