import { fourLines, solution, starter } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

test("hints are a ladder, and the rung that was reached is kept", async ({ workbench }) => {
  await workbench.open("listen");
  const ladder = workbench.guide;
  await ladder.getByRole("button", { name: "Open hint 1 of 4" }).click();
  await expect(ladder.getByText("like a telephone that nobody plugged in")).toBeVisible();
  await ladder.getByRole("button", { name: "Open hint 2 of 4" }).click();
  // The instructions have the link too.
  await expect(ladder.getByRole("link", { name: "socket.create_server" })).toHaveCount(2);
  await workbench.reload();
  await expect(ladder.getByText("Hint 2 of 4")).toBeVisible();
  await ladder.getByRole("button", { name: "Open hint 3 of 4" }).click();
  await ladder.getByRole("button", { name: "Open hint 4 of 4" }).click();
  await expect(ladder.getByText("Hint 4 of 4")).toBeVisible();
  await expect(ladder.getByRole("button", { name: /^Open hint/ })).toHaveCount(0);
});

test("the solution stands beside one's own code, after a confirmation", async ({
  page,
  workbench,
}) => {
  await workbench.open("listen");
  await workbench.guide.getByRole("button", { name: "Show the solution…" }).click();
  const dialog = page.getByRole("dialog", { name: "The solution" });
  await expect(dialog).toContainText("There are hints that you have not opened yet.");
  await expect(dialog.getByText("create_server")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Not yet" }).click();
  await expect(dialog).toBeHidden();

  await workbench.guide.getByRole("button", { name: "Show the solution…" }).click();
  await dialog.getByRole("button", { name: "Show the solution" }).click();
  await expect(dialog.getByText("create_server").first()).toBeVisible();
  await expect(dialog.getByText("Hello from your server").first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await workbench.editor.expectText(starter());
});

test("starting over asks first, and can be taken back", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.write(fourLines);
  await workbench.isSaved();
  const reset = workbench.code.getByRole("button", { name: "Reset…" });
  const dialog = page.getByRole("dialog", { name: "Start this step over?" });
  await reset.click();
  await dialog.getByRole("button", { name: "Keep my code" }).click();
  await workbench.editor.expectText(fourLines);

  await reset.click();
  await dialog.getByRole("button", { name: "Start from the course's code" }).click();
  await workbench.editor.expectText(starter());
  await workbench.isSaved();
  await workbench.reload();
  await workbench.editor.expectText(starter());
  // Twice: what comes back is what was written, not the starter.
  await reset.click();
  await dialog.getByRole("button", { name: "Start from the course's code" }).click();
  await workbench.bringBack("Your code before the last replacement");
  await workbench.editor.expectText(fourLines);
});

test("whatever was replaced can be brought back", async ({ page, workbench }) => {
  await workbench.open("listen");
  const startOver = async () => {
    await workbench.code.getByRole("button", { name: "Reset…" }).click();
    const dialog = page.getByRole("dialog", { name: "Start this step over?" });
    await dialog.getByRole("button", { name: "Start from the course's code" }).click();
  };
  await workbench.write("big = 'work'\n");
  await startOver();
  await workbench.editor.typeAtTheTop("x");
  await startOver();
  await workbench.isSaved();
  await workbench.reload();
  await workbench.bringBack("Your code before the last 2 replacements");
  await workbench.editor.expectText("big = 'work'\n");
  await workbench.bringBack("Your code before the last replacement");
  await workbench.editor.expectText(`x${starter()}`);
});

test("a hint is no wider than the guide", async ({ workbench }) => {
  await workbench.open("echo");
  for (const rung of [1, 2, 3, 4]) {
    await workbench.guide.getByRole("button", { name: `Open hint ${rung} of 4` }).click();
  }
  await expect(workbench.guide.getByText("Loading…")).toHaveCount(0);
  const body = workbench.guide.getByRole("group", { name: "Instructions" });
  const [shown, scrolled] = await body.evaluate(({ clientWidth, scrollWidth }) => [
    clientWidth,
    scrollWidth,
  ]);
  expect(scrolled).toBeLessThanOrEqual(shown!);
});

test("a later step starts over from the code of the step before", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await workbench.open("ping");
  await workbench.write(solution("ping"));
  await workbench.isSaved();
  await workbench.code.getByRole("button", { name: "Reset…" }).click();
  const dialog = page.getByRole("dialog", { name: "Start this step over?" });
  await dialog.getByRole("button", { name: "Start from my code of Listen" }).click();
  await workbench.editor.expectText(fourLines);
});

test("earlier code says when it was, and can be compared with the code of now", async ({
  page,
  workbench,
}) => {
  await workbench.open("listen");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await workbench.write(`${fourLines}broken(\n`);
  await workbench.earlierCode.click();
  const version = page.getByRole("dialog", { name: "Earlier code" }).getByRole("listitem");
  const year = String(new Date().getFullYear());
  await expect(version).toContainText(year);
  const compare = version.getByRole("button", { name: "Compare with the code now: Your last passing run" });
  await compare.click();
  await expect(compare).toHaveAttribute("aria-pressed", "true");
  await expect(version.locator(".line-insert").first()).toBeVisible();
  await expect(version.getByText("broken").first()).toBeVisible();
  await compare.click();
  await expect(version.locator(".diff")).toHaveCount(0);
});

test("the solution stands beside one's own code, or alone", async ({ page, workbench }) => {
  await workbench.open("ping");
  await workbench.guide.getByRole("button", { name: "Show the solution…" }).click();
  const dialog = page.getByRole("dialog", { name: "The solution" });
  await dialog.getByRole("button", { name: "Show the solution" }).click();
  await expect(dialog.locator(".diff")).toBeVisible();
  await expect(dialog.locator(".prose")).toContainText("Two loops, one inside the other");
  const difference = dialog.locator(".monaco-diff-editor");
  await expect(difference).toHaveClass(/side-by-side/);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(difference).not.toHaveClass(/side-by-side/);
  await dialog.getByRole("button", { name: "The solution alone" }).click();
  await expect(dialog.locator(".diff")).toHaveCount(0);
  await expect(dialog.locator(".prose")).toBeVisible();
  await expect(dialog.locator(".solution-alone")).toHaveText(solution("ping").trim());
  await expect(dialog.getByRole("button", { name: "Copy the solution" })).toBeVisible();
});

test("the code of the last passing run can be restored", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await expect(workbench.earlierCode).toHaveCount(0);
  await workbench.write("broken(\n");
  await workbench.bringBack("Your last passing run");
  await workbench.editor.expectText(fourLines);
  await workbench.bringBack("Your code before the last replacement");
  await workbench.editor.expectText("broken(\n");
});
