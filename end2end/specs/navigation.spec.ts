import { STEPS, fourLines, mistake, solution, titleOf } from "../fixtures/programs.ts";
import { holdBack } from "../fixtures/network.ts";
import { stopAutosave } from "../fixtures/storage.ts";
import { expect, test } from "../fixtures/test.ts";

test("after a pass the focus stays in the editor, and one key goes to the next step", async ({
  page,
  workbench,
}) => {
  await workbench.open("listen");
  await workbench.write(fourLines);
  await workbench.runByKey();
  await workbench.hasVerdict("All 2 tests passed");
  await workbench.hasEnded();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await expect(workbench.editor.input).toBeFocused();
  await page.keyboard.press("Enter");
  await workbench.verdict.getByText("Your code has changed since this run.").waitFor();
  await expect(page).toHaveURL("/courses/redis/listen");
  await page.keyboard.press("ControlOrMeta+z");
  await workbench.editor.expectText(fourLines);
  await page.keyboard.press("Alt+Period");
  await expect(page).toHaveURL("/courses/redis/ping");
  await expect(page).toHaveTitle(/^Step 2 · .+ · CodeAlong$/);
  await workbench.isReady();
  await workbench.editor.expectText(fourLines);
  await expect(workbench.code.getByText("starts from your code of Listen")).toBeVisible();
  await expect(workbench.step("Step 1: Listen, done")).toBeVisible();
});

test("one may look ahead, and the page says what is not done yet", async ({ page, workbench }) => {
  await workbench.open("echo");
  const ahead = workbench.guide.getByRole("note").filter({ hasText: "not done yet" });
  await expect(ahead).toContainText("Steps 1 and 2 are not done yet. You may look ahead");
  await ahead.getByRole("link", { name: "Go to Listen" }).click();
  await expect(page).toHaveURL("/courses/redis/listen");
  await expect(workbench.guide.getByRole("heading", { level: 1 })).toHaveText(
    "Listen on port 6379",
  );
  await expect(ahead).toHaveCount(0);
});

test("a run makes the earlier steps done that it found to work", async ({ workbench }) => {
  await workbench.open("bytes");
  await workbench.judge(mistake("bytes", "length_of_the_text"));
  await workbench.hasVerdict(/tests failed$/);
  await expect(workbench.step("Step 1: Listen, done")).toBeVisible();
  await expect(workbench.step("Step 2: PING, done")).toBeVisible();
  await expect(workbench.step("Step 3: ECHO, done")).toBeVisible();
  await expect(workbench.step("Step 4: Bytes, done")).toHaveCount(0);
  await expect(workbench.guide.getByText("not done yet")).toHaveCount(0);
  await workbench.reload();
  await expect(workbench.step("Step 2: PING, done")).toBeVisible();
});

test("the steps stand in the bar and in a list, with the state of each", async ({
  page,
  workbench,
}) => {
  await workbench.open("listen");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await expect(workbench.step("Step 1: Listen, done")).toHaveAttribute("aria-current", "step");
  await workbench.step("Step 3: ECHO").click();
  await expect(page).toHaveURL("/courses/redis/echo");

  await workbench.guide.getByText(`Step 3 of ${STEPS.length}`).click();
  const list = workbench.guide.getByRole("list").filter({ hasText: "here" }).first();
  await expect(list.getByRole("listitem")).toHaveCount(STEPS.length);
  await expect(list.getByRole("listitem").nth(0)).toContainText("done");
  await expect(list.getByRole("listitem").nth(2)).toContainText("here");
  await list.getByRole("link").nth(1).click();
  await expect(page).toHaveURL("/courses/redis/ping");
});

test("the list of steps closes by Esc, by a press outside, and where the focus leaves it", async ({
  page,
  workbench,
}) => {
  await workbench.open("listen");
  const summary = workbench.guide.getByText(`Step 1 of ${STEPS.length}`);
  const course = workbench.guide.getByRole("link", { name: "About this course" });
  const list = workbench.guide.locator(".step-menu-body");
  await summary.click();
  await expect(course).toBeInViewport({ ratio: 1 });
  const [around, link] = await Promise.all([list.boundingBox(), course.boundingBox()]);
  expect(link!.y).toBeGreaterThan(around!.y);
  expect(link!.y + link!.height).toBeLessThanOrEqual(around!.y + around!.height);

  await page.keyboard.press("Escape");
  await expect(list).toBeHidden();
  await expect(workbench.guide.locator(".step-menu > summary")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(list).toBeVisible();
  await workbench.results.getByText("Nothing has run yet").click();
  await expect(list).toBeHidden();
  // The browser tells that it is open after the focus has gone.
  await workbench.editor.input.evaluate((input: HTMLElement) => {
    document.querySelector<HTMLElement>(".step-menu > summary")?.click();
    input.focus();
  });
  await expect(list).toBeHidden();
  await workbench.results.getByText("Nothing has run yet").click();
  await summary.click();
  await workbench.editor.focus();
  await expect(list).toBeHidden();
  await summary.click();
  await course.click();
  await expect(page).toHaveURL("/courses/redis");
});

test("the course page says how far one is, and where to go on", async ({
  page,
  coursePage,
  workbench,
}) => {
  await coursePage.open();
  await page.getByRole("link", { name: "Start: Listen on port 6379" }).click();
  await workbench.isReady();
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");

  await coursePage.open();
  await expect(page.getByText(`1 of ${STEPS.length} done`)).toBeVisible();
  await expect(page.getByRole("progressbar", { name: "Steps done" })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Listen on port" })).toContainText(
    "done · best run",
  );
  await page.getByRole("link", { name: /^Continue: / }).click();
  await expect(page).toHaveURL("/courses/redis/ping");
});

test("all steps can be passed one after the other", async ({ page, workbench }) => {
  await workbench.open("listen");
  for (const step of STEPS) {
    await expect(page).toHaveURL(`/courses/redis/${step}`);
    await workbench.shows(titleOf(step));
    await workbench.judge(solution(step));
    await workbench.hasVerdict(/^All \d+ tests passed$/);
    if (step === STEPS.at(-1)) {
      await expect(workbench.results).toContainText("You have built it.");
      await expect(workbench.results).toContainText(/\d+ lines of code · \d+ commands · \d+ tests/);
      await workbench.results.getByRole("button", { name: "Talk to your server" }).click();
      await expect(workbench.consoleReplies).toHaveCount(7);
      await expect(workbench.consoleReplies.nth(1)).toHaveText('"Ada Lovelace"');
      await workbench.results.getByRole("tab", { name: /^Test results/ }).click();
    }
    const onward = workbench.results.getByRole("link", { name: /^(Next step: |Back to the course)/ });
    await onward.click();
  }
  await expect(page).toHaveURL("/courses/redis");
  await expect(page.getByText("You have built it. Every step is done.")).toBeVisible();
});

test("the browser's Back leads to the step before, with its own code", async ({
  page,
  workbench,
}) => {
  await workbench.open("listen");
  await workbench.write(fourLines);
  await workbench.isSaved();
  await workbench.step("Step 2: PING").click();
  await expect(workbench.guide.getByRole("heading", { level: 1 })).toBeFocused();
  await workbench.editor.expectText(fourLines);
  await workbench.write(solution("ping"));
  await workbench.isSaved();
  await page.goBack();
  await expect(page).toHaveURL("/courses/redis/listen");
  await workbench.shows("Listen on port 6379");
  await workbench.editor.expectText(fourLines);
  await page.goForward();
  await workbench.shows("Answer PING");
  await workbench.editor.expectText(solution("ping"));
});

test("what was typed in the last moment before Back is the step's own", async ({
  page,
  workbench,
}) => {
  await stopAutosave(page);
  await workbench.open("listen");
  await workbench.write("first = 1\n");
  await workbench.step("Step 2: PING").click();
  await expect(workbench.guide.getByRole("heading", { level: 1 })).toBeFocused();
  await workbench.editor.expectText("first = 1\n");
  await workbench.write("second = 2\n");
  await page.goBack();
  await expect(page).toHaveURL("/courses/redis/listen");
  await workbench.shows("Listen on port 6379");
  await workbench.editor.expectText("first = 1\n");
  await workbench.reload();
  await workbench.editor.expectText("first = 1\n");
  await page.goForward();
  await workbench.shows("Answer PING");
  await workbench.editor.expectText("second = 2\n");
});

test("while a step is on its way the page says so, and runs nothing", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.write(fourLines);
  const letStepCome = await holdBack(page, /\/api\/step$/);
  await workbench.step("Step 2: PING").click();
  await expect(page.locator(".workbench")).toHaveAttribute("aria-busy", "true");
  await workbench.runByKey();
  await expect(workbench.liveRegion).toHaveText("");
  letStepCome();
  await workbench.shows("Answer PING");
  await expect(page.locator(".workbench")).toHaveAttribute("aria-busy", "false");
  await workbench.run();
  await expect(workbench.liveRegion).toHaveText(/^Run 1: /);
});

test("offline, the way to the course says so, and the way back is there", async ({
  page,
  context,
  workbench,
  trouble,
}) => {
  trouble.expectLostServer();
  await workbench.open("listen");
  await workbench.write("mine = 1\n");
  await workbench.isSaved();
  await context.setOffline(true);
  await page.getByRole("link", { name: "Build Your Own Redis in Python" }).click();
  await expect(
    page.getByRole("heading", { level: 1, name: "This page could not be loaded" }),
  ).toBeFocused();
  await expect(page.getByText("What you wrote is kept in this browser.")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Build Your Own Redis in Python");
  await page.goBack();
  await workbench.shows("Listen on port 6379");
  await workbench.editor.expectText("mine = 1\n");
});

test("offline, another step can't be loaded, and comes with the connection", async ({
  page,
  context,
  workbench,
  trouble,
}) => {
  trouble.expectLostServer();
  await workbench.open("listen");
  await workbench.write("mine = 1\n");
  await context.setOffline(true);
  await workbench.step("Step 2: PING").click();
  const title = page.getByRole("heading", { level: 1, name: "This page could not be loaded" });
  await expect(title).toBeFocused();
  await expect(page.getByText("What you wrote is kept in this browser.")).toBeVisible();
  const retry = page.getByRole("button", { name: "Try again" });
  await retry.click();
  await expect(title).toBeVisible();
  await context.setOffline(false);
  await retry.click();
  await workbench.shows("Answer PING");
  await workbench.editor.expectText("mine = 1\n");
});
