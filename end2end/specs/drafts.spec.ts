import { readFile } from "node:fs/promises";

import { expect, test } from "../fixtures/test.ts";
import { Workbench } from "../pages/workbench.ts";
import { holdBack } from "../fixtures/network.ts";
import { BrowserStorage, stepKey, stopAutosave } from "../fixtures/storage.ts";
import { endlessLoop, fourLines, solution, starter } from "../fixtures/programs.ts";

test("what is typed is kept within a second, and is there after a reload", async ({
  page,
  workbench,
}) => {
  await page.clock.install();
  await workbench.open("listen");
  // A second by the page's clock, however long the machine takes.
  await page.clock.pauseAt(Date.now() + 3_600_000);
  await workbench.editor.typeAtTheTop("# mine\n");
  const kept = async () => (await new BrowserStorage(page).read(stepKey("listen"))) ?? "";
  expect(await kept()).not.toContain("# mine\\n");
  await page.clock.runFor(1000);
  expect(await kept()).toContain("# mine\\n");
  await page.clock.resume();
  await workbench.isSaved();
  await workbench.reload();
  await workbench.editor.expectText(`# mine\n${starter()}`);
});

test("what is typed in the last moment is kept too", async ({ page, workbench }) => {
  await stopAutosave(page);
  await workbench.open("listen");
  await workbench.write("last = 'words'\n");
  await workbench.reload();
  await workbench.editor.expectText("last = 'words'\n");
});

test("the program can be taken along as it stands", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.write(`${fourLines}# é\n`);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download main.py" }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe("main.py");
  expect(await readFile(await saved.path(), "utf8")).toBe(`${fourLines}# é\n`);
});

test("a reload in mid-run leaves the draft, and the next run works", async ({ workbench }) => {
  await workbench.open("get");
  await workbench.judge(endlessLoop);
  await workbench.isRunning();
  await workbench.reload();
  await workbench.hasVerdict("No verdict", "This page was left");
  await workbench.editor.expectText(endlessLoop);
  await workbench.judge(solution("get"));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
});

test("a step opens with the program of the step before", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await workbench.open("ping");
  await workbench.editor.expectText(fourLines);
  await workbench.write(solution("ping"));
  await workbench.isSaved();
  await workbench.open("listen");
  await workbench.editor.expectText(fourLines);
});

test("two tabs on two steps keep both drafts", async ({ context, workbench }) => {
  const other = new Workbench(await context.newPage());
  await workbench.open("listen");
  await other.open("ping");
  await workbench.write("left = 1\n");
  await other.write("right = 2\n");
  await workbench.isSaved();
  await other.isSaved();
  await workbench.reload();
  await other.reload();
  await workbench.editor.expectText("left = 1\n");
  await other.editor.expectText("right = 2\n");
});

test("two tabs on one step: what was not touched follows the other", async ({
  context,
  workbench,
}) => {
  const other = new Workbench(await context.newPage());
  await workbench.open("listen");
  await other.open("listen");
  await workbench.write("left = 1\n");
  await workbench.isSaved();
  await other.editor.expectText("left = 1\n");
  const fromElsewhere = other.code.getByText("Typed in another tab", { exact: true });
  await expect(fromElsewhere).toBeVisible();
  // Longer than an autosave takes: this draft is the other tab's to save.
  await other.page.waitForTimeout(1000);
  await expect(fromElsewhere).toBeVisible();
  await other.editor.typeAtTheTop("# here\n");
  await other.isSaved();
  await expect(workbench.code.getByText("Typed in another tab", { exact: true })).toBeVisible();
});

test("two tabs on one step: the caret stays where it is", async ({ context, workbench }) => {
  const other = new Workbench(await context.newPage());
  await workbench.open("listen");
  await other.open("listen");
  await workbench.write("first = 1\nlast = 2");
  await other.editor.expectText("first = 1\nlast = 2");
  await other.editor.focus();
  await other.page.keyboard.press("ControlOrMeta+End");
  await workbench.editor.typeAtTheTop("# above\n");
  await workbench.isSaved();
  await expect(other.code.getByText("Typed in another tab", { exact: true })).toBeVisible();
  await other.page.keyboard.type("2");
  await other.editor.expectText("# above\nfirst = 1\nlast = 22");
});

test("two tabs on one step: what was typed in both is lost in neither", async ({
  context,
  workbench,
}) => {
  const other = new Workbench(await context.newPage());
  // Nothing that is typed there is saved yet.
  await stopAutosave(other.page);
  await other.open("listen");
  await workbench.open("listen");
  await other.write("right = 2\n");
  await workbench.write("left = 1\n");
  await workbench.isSaved();
  const notice = other.code.getByRole("alert");
  await expect(notice).toContainText("You typed other code for this step in another tab.");
  await other.editor.expectText("right = 2\n");
  await notice.getByRole("button", { name: "Take the other tab's code" }).click();
  await other.editor.expectText("left = 1\n");
  await other.bringBack("Your code before the last replacement");
  await other.editor.expectText("right = 2\n");
});

test("another tab's draft that was not heard of is not written over", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.write("mine = 1\n");
  await workbench.isSaved();
  // Like another tab's write before this one hears of it: a tab gets no event for its own writes.
  await new BrowserStorage(page).put(stepKey("listen"), '{"version":1,"draft":"theirs = 2\\n"}');
  await workbench.write("mine = 3\n");
  await workbench.isSaved();
  const notice = workbench.code.getByRole("alert");
  await expect(notice).toContainText("You typed other code for this step in another tab.");
  await notice.getByRole("button", { name: "Take the other tab's code" }).click();
  await workbench.editor.expectText("theirs = 2\n");
});

test("a run of the course's own code is no draft", async ({ workbench }) => {
  await workbench.open("echo");
  await workbench.run();
  await workbench.hasVerdict(/tests failed$/);
  await workbench.open("listen");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await workbench.open("echo");
  await workbench.editor.expectText(fourLines);
});

test.describe("on a slow network", () => {
  test("what is typed is kept though the page's program never comes", async ({ page, workbench }) => {
    await holdBack(page, /\.wasm$/);
    await page.goto("/courses/redis/listen", { waitUntil: "commit" });
    await expect(workbench.plainField).toHaveValue(starter());
    await workbench.plainField.fill("early = 'bird'\n");
    const kept = () => new BrowserStorage(page).read(stepKey("listen"));
    await expect.poll(kept).toContain("early = 'bird'");
    await workbench.plainField.fill("early = 'worm'\n");
    await page.unroute(/\.wasm$/);
    await workbench.reload();
    await workbench.editor.expectText("early = 'worm'\n");
  });

  test("a narrow page shows each panel before the page's program has come", async ({
    page,
    workbench,
  }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    const letProgramCome = await holdBack(page, /\.wasm$/);
    await page.goto("/courses/redis/listen", { waitUntil: "commit" });
    await expect(workbench.guide).toBeVisible();
    await workbench.showCode();
    await expect(workbench.plainField).toBeVisible();
    await expect(workbench.guide).toBeHidden();
    await expect(workbench.runButton).toHaveAccessibleName(/^Loading…/);
    letProgramCome();
    await workbench.isReady();
    await expect(workbench.code).toBeVisible();
    await expect(page.getByRole("tab", { name: "Code", exact: true })).toHaveAttribute(
      "aria-selected",
      "true",
    );
  });

  test("what is typed before the page's program has come is kept", async ({ page, workbench }) => {
    const letProgramCome = await holdBack(page, /\.wasm$/);
    await page.goto("/courses/redis/listen", { waitUntil: "commit" });
    await expect(workbench.plainField).toHaveValue(starter());
    await expect(workbench.runButton).toHaveAccessibleName(/^Loading…/);
    await expect(workbench.runButton).toBeDisabled();
    await workbench.plainField.fill("early = 'bird'\n");
    letProgramCome();
    await workbench.isReady();
    await workbench.editor.expectText("early = 'bird'\n");
    await workbench.isSaved();
    await workbench.reload();
    await workbench.editor.expectText("early = 'bird'\n");
  });

  test("the kept draft stands there before the page's program has come", async ({
    page,
    workbench,
  }) => {
    await workbench.open("listen");
    await workbench.write("kept = True\n");
    await workbench.isSaved();
    const letProgramCome = await holdBack(page, /\.wasm$/);
    await page.reload({ waitUntil: "commit" });
    await expect(workbench.plainField).toHaveValue("kept = True\n");
    letProgramCome();
    await workbench.isReady();
    await workbench.editor.expectText("kept = True\n");
  });
});

test("where the page's program can't be loaded, a notice says so", async ({ page, trouble }) => {
  trouble.expect(/request failed: GET \S+\.wasm/, /net::ERR_FAILED/, /page error: /, /wasm/i);
  await page.route(/\.wasm$/, (route) => route.abort());
  await page.goto("/courses/redis/listen");
  const workbench = new Workbench(page);
  const notice = page.getByRole("alert");
  await expect(notice).toContainText("The page's program could not be loaded");
  await workbench.plainField.fill("typed = 'all the same'\n");
  await page.unroute(/\.wasm$/);
  await notice.getByRole("button", { name: "Reload" }).click();
  await workbench.isReady();
  await workbench.editor.expectText("typed = 'all the same'\n");
});

test("where there is no WebAssembly, the notice doesn't blame the connection", async ({
  page,
  trouble,
}) => {
  trouble.expect(/page error: .*WebAssembly/);
  await page.addInitScript(() => delete (globalThis as { WebAssembly?: unknown }).WebAssembly);
  await page.goto("/courses/redis/listen");
  const notice = page.getByRole("alert");
  await expect(notice).toContainText("This page needs WebAssembly");
  await expect(notice).not.toContainText("connection");
  await new Workbench(page).plainField.fill("typed = 'all the same'\n");
  await page.reload();
  await expect(new Workbench(page).plainField).toHaveValue("typed = 'all the same'\n");
});

test("where the page's program breaks, a notice says so", async ({ page, workbench }) => {
  await workbench.open("listen");
  await page.evaluate(() => dispatchEvent(new Event("codealong:broken")));
  // Monaco has alerts of its own.
  const notice = page.getByRole("alert").filter({ hasText: "broke" });
  await expect(notice).toContainText("Something in this page broke. That is our fault.");
  await notice.getByRole("button", { name: "Reload" }).click();
  await workbench.isReady();
  await expect(notice).toHaveCount(0);
});
