// What a page loads, and that it can be used before the editor has come.
import { holdBack } from "../fixtures/network.ts";
import { fourLines, mistake, starter } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

const EDITOR = /\/monaco\//;
/** The steps' program, which has all that is around the editor. */
const STEPS_PROGRAM = /\/codealong\.\w+\.(js|wasm)$/;

test("pages without an editor load none of its code until one goes there", async ({
  page,
  workbench,
}) => {
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  const like = (name: RegExp) => loaded.filter((path) => name.test(path));
  for (const address of ["/", "/courses/redis"]) {
    await page.goto(address);
    await expect(page.locator("html[data-hydrated]")).toBeAttached();
    await page.waitForLoadState("networkidle");
  }
  expect([...like(EDITOR), ...like(STEPS_PROGRAM)]).toEqual([]);
  await page.getByRole("link", { name: "Start: Listen on port 6379" }).hover();
  await expect.poll(() => like(STEPS_PROGRAM).length).toBe(2);
  expect(like(EDITOR)).toEqual([]);
  await page.getByRole("link", { name: "Start: Listen on port 6379" }).click();
  await workbench.isReady();
  expect(like(EDITOR).length).toBeGreaterThan(0);
});

test("from a step to another and back, no page is loaded", async ({ page, workbench }) => {
  await workbench.open("listen");
  await page.evaluate(() => (document.documentElement.dataset.first = ""));
  await workbench.step("Step 2: PING").click();
  await workbench.shows("Answer PING");
  await page.goBack();
  await workbench.shows("Listen on port 6379");
  await expect(page.locator("html[data-first]")).toBeAttached();
});

test("a link in a step's text leads to the pages without an editor", async ({ page, workbench }) => {
  for (const [address, title] of [
    ["/", "Build a real system, step by step"],
    ["/courses/redis#introduction-title", "Build Your Own Redis in Python"],
  ] as const) {
    await workbench.open("listen");
    await workbench.guide.getByRole("heading", { level: 1 }).evaluate((heading, href) => {
      const link = document.createElement("a");
      link.href = href;
      link.textContent = "elsewhere";
      heading.after(link);
    }, address);
    await page.getByRole("link", { name: "elsewhere" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(page.locator("html[data-hydrated]")).toBeAttached();
    await expect(page).toHaveURL(address);
    await page.goBack();
    await workbench.shows("Listen on port 6379");
    await workbench.isReady();
  }
});

test("the editor's icons come when one is seen", async ({ page, workbench }) => {
  const ICONS = /\/codicon\.\w+\.ttf$/;
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await workbench.open("listen");
  await page.waitForLoadState("networkidle");
  expect(loaded.filter((path) => ICONS.test(path))).toEqual([]);
  const icons = page.waitForResponse((response) => ICONS.test(response.url()));
  await workbench.editor.focus();
  await page.keyboard.press("ControlOrMeta+f");
  await expect(page.locator(".find-widget.visible")).toBeVisible();
  expect((await icons).status()).toBe(200);
  const hasIcons = () => page.evaluate(() => document.fonts.check("16px codicon", "\ueab6"));
  await expect.poll(hasIcons).toBe(true);
});

test("on a narrow page the editor comes with its tab", async ({ page, workbench }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await workbench.open("listen");
  await page.waitForLoadState("networkidle");
  expect(loaded.filter((path) => EDITOR.test(path))).toEqual([]);
  await workbench.showCode();
  await workbench.isReady();
  expect(loaded.filter((path) => EDITOR.test(path)).length).toBeGreaterThan(0);
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
});

test("a file with a hash in its name is loaded once", async ({ page, workbench }) => {
  await workbench.open("listen");
  const loaded = () =>
    page.evaluate(() =>
      (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
        .filter(({ name }) => name.includes("/pkg/"))
        .map(({ name, transferSize }) => ({ name: new URL(name).pathname, transferSize })),
    );
  for (const { name } of await loaded()) expect(name).toMatch(/\.[0-9a-f]{16}\.(css|js|ttf|wasm)$/);
  await workbench.open("ping");
  expect((await loaded()).length).toBeGreaterThan(2);
  for (const { name, transferSize } of await loaded()) expect(transferSize, name).toBe(0);
});

test("before the editor has come, the page works with the plain field", async ({
  page,
  workbench,
}) => {
  await holdBack(page, EDITOR);
  await page.goto("/courses/redis/listen");
  await workbench.answers();
  await workbench.plainField.fill("import nothing\n");
  await workbench.isSaved();
  await workbench.run();
  await workbench.hasVerdict("2 of 2 tests failed");
  await workbench.plainField.fill(fourLines);
  await page.keyboard.press("ControlOrMeta+Enter");
  await workbench.hasVerdict("All 2 tests passed");
});

test("the editor takes over text, selection, focus, undo and marks", async ({ page, workbench }) => {
  const letEditorCome = await holdBack(page, EDITOR);
  await page.goto("/courses/redis/listen");
  await workbench.answers();
  const program = mistake("listen", "port_in_quotes");
  await workbench.plainField.fill(program);
  await workbench.run();
  await workbench.hasVerdict(/failed/);
  await workbench.plainField.evaluate((field: HTMLTextAreaElement) => {
    field.focus();
    field.setSelectionRange(2, 5);
  });
  letEditorCome();
  await workbench.isReady();
  await expect(workbench.editor.input).toBeFocused();
  await expect(workbench.plainField).toBeHidden();
  await expect(workbench.editor.marksInTheMargin).not.toHaveCount(0);
  await page.keyboard.type("X");
  await workbench.editor.expectText(`${program.slice(0, 2)}X${program.slice(5)}`);
  for (let undone = 0; undone < 2; undone += 1) await page.keyboard.press("ControlOrMeta+z");
  await workbench.editor.expectText(starter());
});

test("what is typed while the editor comes is in it", async ({ page, workbench }) => {
  const letEditorCome = await holdBack(page, EDITOR);
  await page.goto("/courses/redis/listen");
  await workbench.answers();
  await workbench.plainField.fill("");
  const typed = "a = 1; ".repeat(15);
  letEditorCome();
  await page.keyboard.type(typed, { delay: 5 });
  await workbench.isReady();
  await workbench.editor.expectText(typed);
  await workbench.isSaved();
});

test("the editor does not interrupt a word that is being composed", async ({ page, workbench }) => {
  const letEditorCome = await holdBack(page, EDITOR);
  await page.goto("/courses/redis/listen");
  await workbench.answers();
  await workbench.plainField.fill("# ");
  const session = await page.context().newCDPSession(page);
  await session.send("Input.imeSetComposition", { text: "に", selectionStart: 1, selectionEnd: 1 });
  const editorHasCome = page.waitForResponse((response) => EDITOR.test(response.url()));
  letEditorCome();
  await (await editorHasCome).finished();
  await page.evaluate(() => (document.documentElement as unknown as Loading).loadEditor());
  // The page looks every 100 ms whether the word is composed.
  await page.waitForTimeout(300);
  await expect(workbench.plainField).toBeFocused();
  await session.send("Input.insertText", { text: "日本" });
  await workbench.isReady();
  await workbench.editor.expectText("# 日本");
});

interface Loading {
  loadEditor(): Promise<unknown>;
}

test("where the editor can't be loaded, the plain field remains, and it may be tried again", async ({
  page,
  workbench,
  trouble,
}) => {
  trouble.expect(/request failed: GET \S+\/monaco\//, /net::ERR_FAILED/);
  await page.route(EDITOR, (route) => route.abort());
  await page.goto("/courses/redis/listen");
  await workbench.answers();
  await workbench.plainField.fill(fourLines);
  await workbench.isSaved();
  await workbench.run();
  await workbench.hasVerdict("All 2 tests passed");
  await page.reload();
  await workbench.answers();
  await expect(workbench.plainField).toHaveValue(fourLines);
  const notice = workbench.code.getByText("The code editor could not be loaded");
  const retry = workbench.code.getByRole("button", { name: "Load the editor" });
  await expect(notice).toBeVisible();
  const tried = page.waitForEvent("requestfailed");
  await retry.click();
  await tried;
  await expect(notice).toBeVisible();
  await workbench.plainField.pressSequentially("#");
  await page.unroute(EDITOR);
  await retry.click();
  await workbench.isReady();
  await expect(notice).toHaveCount(0);
  await expect(workbench.editor.input).toBeFocused();
  await workbench.editor.expectText(`${fourLines}#`);
  // What was written in the field is no one step of undoing.
  await page.keyboard.press("ControlOrMeta+z");
  await workbench.editor.expectText(`${fourLines}#`);
});
