// Translators change the page while it is used.
import { STEPS, fourLines, mistake, starter } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";
import { translate } from "../fixtures/translator.ts";

test("code, bytes and output are left alone by translators", async ({ page, workbench }) => {
  const code = [
    "code, pre, kbd, textarea, .monaco-editor, .output",
    ".bytes, .compare dd, .trace .raw, .file",
  ].join();
  const open = () =>
    page.evaluate((code) => {
      const all = [...document.querySelectorAll(code)];
      return { all: all.length, open: all.filter((one) => !one.closest("[translate=no]")).length };
    }, code);
  for (const address of ["/", "/courses/redis", "/courses/redis/bytes"]) {
    await page.goto(address);
    await expect(page.locator("html[data-hydrated]")).toBeAttached();
    expect((await open()).open, address).toBe(0);
  }
  await workbench.judge(`print("out")\n${mistake("bytes", "length_of_the_text")}`);
  await workbench.hasVerdict(/failed/);
  await expect(workbench.results.locator(".compare dd")).not.toHaveCount(0);
  await workbench.showOutput();
  await expect(workbench.output).toContainText("out");
  const { all, open: left } = await open();
  expect(left).toBe(0);
  expect(all).toBeGreaterThan(10);
  expect(await page.locator("[translate=no]").filter({ hasText: "Run tests" }).count()).toBe(0);
});

for (const goesOn of [true, false]) {
  for (const way of ["in one step", "in two steps", "around"] as const) {
    const how = `${goesOn ? "goes on" : "stops"}, ${way}`;
    test(`translated after the start, no old text stays (${how})`, async ({ page, workbench }) => {
      const shown = () => page.locator("body").innerText();
      await workbench.open("listen");
      await workbench.editor.expectText(starter());
      await translate(page, { goesOn, way });
      await expect(workbench.guide.locator("font").first()).toBeVisible();

      await workbench.run();
      await workbench.hasVerdict("2 of 2 tests failed", "This is still the program");
      expect(await shown()).not.toMatch(/Nothing has run yet|Running · |not run yet/);
      if (!goesOn) await translate(page, { goesOn, way });

      await workbench.judge(fourLines);
      await workbench.hasVerdict("All 2 tests passed");
      const old = /tests failed|This is still the program|Running · |has changed/;
      expect(await shown()).not.toMatch(old);
      const verdict = await workbench.verdict.innerText();
      expect(verdict.match(/All 2 tests passed/g)).toHaveLength(1);
      expect((await workbench.runButton.innerText()).match(/Run/g)).toHaveLength(1);
      await expect(workbench.liveRegion).toHaveText(/^Run 2: All 2 tests passed\.[^R]*$/);
      if (!goesOn) await translate(page, { goesOn, way });

      await workbench.editor.typeAtTheTop("# changed\n");
      await expect(workbench.verdict).toContainText("Your code has changed since this run.");
      await workbench.write(fourLines);
      await expect(workbench.verdict).not.toContainText("Your code has changed");

      const hints = page.getByRole("button", { name: /hint/i });
      const before = await hints.innerText();
      await hints.click();
      await expect(hints).not.toHaveText(before);

      const theme = page.getByRole("button", { name: /^Theme: / });
      await theme.click();
      await page.getByRole("button", { name: /^Backup/ }).click();
      const dialog = page.getByRole("dialog", { name: /Backup of your progress/ });
      await expect(dialog).toContainText("1 step begun, 1 of them done.");
      await dialog.getByRole("button", { name: "Close" }).click();
      await expect(dialog).toBeHidden();

      await workbench.verdict.getByRole("link", { name: /^Next step/ }).click();
      await expect(page).toHaveURL(/\/ping$/);
      await expect(page.getByRole("heading", { level: 1 })).toContainText("PING");
      expect(await shown()).not.toMatch(/All 2 tests passed|Listen on port 6379/);
      expect((await shown()).match(/Nothing has run yet/g)).toHaveLength(1);
      if (!goesOn) await translate(page, { goesOn, way });

      await page.getByRole("banner").getByRole("link", { name: /Redis/ }).click();
      await expect(page).toHaveURL(/\/courses\/redis$/);
      await expect(page.getByRole("main")).toContainText(`1 of ${STEPS.length} done`);
      expect(await shown()).not.toMatch(/Nothing has run yet/);
      if (!goesOn) await translate(page, { goesOn, way });

      await page.getByRole("link", { name: "CodeAlong, all courses" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toContainText("Build a real system");
      expect(await shown()).not.toMatch(/Listen on port 6379 *\n.*becomes a server/);
      await expect(page.getByRole("main")).toHaveCount(1);
      await expect(page.locator("#fatal")).toHaveCount(0);
    });
  }
}
