import { endlessLoop, fourLines } from "../fixtures/programs.ts";
import { stopAutosave } from "../fixtures/storage.ts";
import { expect, test } from "../fixtures/test.ts";

test("a run is started and stopped by keys", async ({ page, workbench }) => {
  await workbench.open("get");
  await workbench.write(endlessLoop);
  await workbench.runByKey();
  await workbench.isRunning();
  await page.keyboard.press("ControlOrMeta+.");
  await workbench.hasVerdict("Stopped");
});

test("the key that starts a run stops it", async ({ workbench }) => {
  await workbench.open("get");
  await workbench.write(endlessLoop);
  await workbench.runByKey();
  await workbench.isRunning();
  await workbench.runByKey();
  await workbench.hasVerdict("Stopped");
  await expect(workbench.editor.input).toBeFocused();
});

test("the shortcuts are listed by ?, outside of the editor", async ({ page, workbench }) => {
  await workbench.open("listen");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await workbench.editor.focus();
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.type("#?");
  await expect.poll(() => workbench.editor.text()).toMatch(/^#\?/);
  await expect(dialog).toBeHidden();

  await page.keyboard.press("Alt+1");
  await page.keyboard.press("?");
  await expect(dialog).toBeVisible();
  await expect(dialog).toContainText("Leave the editor: in it, Tab alone indents");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await expect(dialog).toBeVisible();
});

test("the first Tab shows a way past the bar", async ({ page, workbench }) => {
  for (const address of ["/", "/courses/redis", "/courses/redis/listen"]) {
    await page.goto(address);
    await workbench.answers();
    await page.keyboard.press("Tab");
    const past = page.getByRole("link", { name: "Skip to the content" });
    await expect(past).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("main")).toBeFocused();
  }
});

test("keys lead to each panel, and around", async ({ page, workbench }) => {
  await workbench.open("listen");
  const instructions = workbench.guide.getByRole("group", { name: "Instructions" });
  const results = workbench.results.getByRole("tabpanel", { name: "Test results" });
  await page.keyboard.press("Alt+1");
  await expect(instructions).toBeFocused();
  await page.keyboard.press("Alt+2");
  await expect(workbench.editor.input).toBeFocused();
  await page.keyboard.press("Alt+3");
  await expect(results).toBeFocused();
  await page.keyboard.press("F6");
  await expect(instructions).toBeFocused();
  await page.keyboard.press("Shift+F6");
  await expect(results).toBeFocused();
  await page.keyboard.press("Shift+F6");
  await expect(workbench.editor.input).toBeFocused();
});

test("keys lead from step to step", async ({ page, workbench }) => {
  await workbench.open("listen");
  await page.keyboard.press("Alt+.");
  await expect(page).toHaveURL("/courses/redis/ping");
  await expect(workbench.guide.getByRole("heading", { level: 1 })).toBeFocused();
  await page.keyboard.press("Alt+,");
  await expect(page).toHaveURL("/courses/redis/listen");
});

test("Tab indents in the editor, and after Escape it leaves", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.write(fourLines);
  await workbench.editor.focus();
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.press("Tab");
  await expect(workbench.editor.input).toBeFocused();
  await expect.poll(() => workbench.editor.text()).toBe(`    ${fourLines}`);
  await workbench.editor.focus();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(workbench.editor.input).not.toBeFocused();
  await workbench.editor.focus();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+Tab");
  await expect(workbench.editor.input).not.toBeFocused();
});

test("keys lead to what the results show", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.showOutput();
  await page.keyboard.press("Alt+2");
  await expect(workbench.editor.input).toBeFocused();
  await page.keyboard.press("Alt+3");
  await expect(workbench.output).toBeFocused();
  await page.keyboard.press("Alt+2");
  await page.keyboard.press("F6");
  await expect(workbench.output).toBeFocused();
});

test("Escape that closes a suggestion leaves Tab to the editor", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.write(fourLines);
  await workbench.editor.focus();
  await page.keyboard.press("ControlOrMeta+End");
  const suggestions = workbench.code.locator(".suggest-widget.visible");
  await expect(async () => {
    await page.keyboard.press("Control+Space");
    await expect(suggestions).toBeVisible({ timeout: 1000 });
  }).toPass();
  await page.keyboard.press("Escape");
  await expect(suggestions).toHaveCount(0);
  await page.keyboard.press("Tab");
  await expect(workbench.editor.input).toBeFocused();
  await expect.poll(() => workbench.editor.text()).toBe(`${fourLines}    `);
});

test("the key that saves everywhere saves here, and the browser offers nothing", async ({
  page,
  workbench,
}) => {
  await stopAutosave(page);
  await workbench.open("listen");
  await workbench.editor.typeAtTheTop("# mine\n");
  await expect(workbench.code.getByText("Saved", { exact: true })).toHaveCount(0);
  await page.keyboard.press("ControlOrMeta+s");
  await workbench.isSaved();
});

test("where a control goes, the focus stays near", async ({ page, workbench }) => {
  await workbench.open("get");
  for (const rung of [1, 2, 3, 4]) {
    const next = workbench.guide.getByRole("button", { name: `Open hint ${rung} of 4` });
    await next.focus();
    await page.keyboard.press("Enter");
    await expect(workbench.guide.getByText(`Hint ${rung} of 4`, { exact: true })).toBeVisible();
  }
  await expect(workbench.guide.locator("summary").filter({ hasText: "Hint 4 of 4" })).toBeFocused();
});

test("dividers move by the arrow keys, and their place is kept", async ({ page, workbench }) => {
  await workbench.open("listen");
  const divider = page.getByRole("separator", { name: "Width of the guide" });
  const width = async () => (await workbench.guide.boundingBox())!.width;
  const before = await width();
  await divider.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(divider).toHaveAttribute("aria-valuenow", "34");
  await expect.poll(width).toBeGreaterThan(before + 40);
  await workbench.reload();
  await expect(divider).toHaveAttribute("aria-valuenow", "34");
  await divider.focus();
  await page.keyboard.press("Enter");
  await expect(divider).toHaveAttribute("aria-valuenow", "30");
});

test("a divider can be dragged", async ({ page, workbench }) => {
  await workbench.open("listen");
  const divider = page.getByRole("separator", { name: "Width of the results" });
  const box = (await divider.boundingBox())!;
  await page.mouse.move(box.x, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x - 100, box.y + 200, { steps: 4 });
  await page.mouse.up();
  await expect(divider).toHaveAttribute("aria-valuenow", /^3[89]$/);
  await workbench.reload();
  await expect(divider).toHaveAttribute("aria-valuenow", /^3[89]$/);
});
