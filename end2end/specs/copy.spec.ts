import type { Page } from "@playwright/test";

import { mistake } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

test.beforeEach(async ({ context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
});

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

test("a block of code in the guide can be copied, and it says so", async ({ page, workbench }) => {
  await workbench.open("listen");
  const frame = workbench.guide.locator(".code-frame").first();
  const code = await frame.locator("pre").textContent();
  await frame.getByRole("button", { name: "Copy this code" }).click();
  await expect(frame.getByRole("status")).toHaveText("Copied");
  expect(await clipboard(page)).toBe(code);
  await expect(frame.getByRole("status")).toHaveText("");
});

test("of a session in the guide, what one types is copied", async ({ page, workbench }) => {
  await workbench.open("ping");
  const frame = workbench.guide.locator(".code-frame:has(.prompt)").first();
  const lines = (await frame.locator("pre").innerText()).split("\n");
  const typed = lines.filter((line) => line.startsWith("$ "));
  expect(typed.length).toBeGreaterThan(0);
  expect(lines.length).toBeGreaterThan(typed.length);
  await frame.getByRole("button", { name: "Copy this code" }).click();
  await expect(frame.getByRole("status")).toHaveText("Copied");
  expect(await clipboard(page)).toBe(typed.map((line) => `${line.slice(2)}\n`).join(""));
});

test("copying works over plain HTTP too, from the keyboard", async ({ page, workbench }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "isSecureContext", { value: false });
  });
  await workbench.open("listen");
  const frame = workbench.guide.locator(".code-frame").first();
  const button = frame.getByRole("button", { name: "Copy this code" });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(frame.getByRole("status")).toHaveText("Copied");
  await expect(button).toBeFocused();
  expect(await clipboard(page)).toBe(await frame.locator("pre").textContent());
});

test("a failure can be copied as text, with all that one needs to help", async ({
  page,
  workbench,
}) => {
  const program = mistake("bytes", "length_of_the_text");
  await workbench.open("bytes");
  await workbench.judge(program);
  await workbench.hasVerdict(/^1 of \d+ tests failed$/);
  const failed = workbench.result("counts the length in bytes");
  await failed.getByRole("button", { name: "Copy this failure as text" }).click();
  await expect(failed.getByRole("status").first()).toHaveText("Copied");
  const text = await clipboard(page);
  const sentence = await workbench.results.locator(".lead-sentence").innerText();
  expect(text.replaceAll("`", "")).toContain(sentence);
  expect(text).toContain("Build Your Own Redis in Python: Read bytes, not lines");
  expect(text).toContain("Test: counts the length in bytes (failed)");
  expect(text).toMatch(/^> +\d+ \| .+$/m);
  expect(text).toMatch(/^Expected: \$\d+\\r\\n/m);
  expect(text).toMatch(/^Received: \$\d+\\r\\n/m);
  expect(text).toContain("client 1 to program: *2\\r\\n$4\\r\\nECHO");
  const seed = await workbench.results.locator(".seed code").innerText();
  expect(text).toContain(`Seed of the run: ${seed}`);

  await failed.getByRole("button", { name: "Copy the bytes" }).click();
  await expect.poll(() => clipboard(page)).toMatch(/^expected: \$\d+\\r\\n.*\nreceived: \$\d+\\r\\n/);
});

test("the traceback and the output can be copied", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.judge("print('\\x1b[31mhere\\x1b[0m')\n\n1 / 0\n");
  await workbench.hasVerdict("2 of 2 tests failed", "line 3 raised");
  const failed = workbench.result("listens on port 6379");
  await failed.getByRole("button", { name: "Copy the traceback" }).click();
  await expect
    .poll(() => clipboard(page))
    .toBe('  File "main.py", line 3, in <module>\n    1 / 0\nZeroDivisionError: division by zero\n');
  await workbench.showOutput();
  await workbench.output.getByRole("button", { name: "Copy the output" }).click();
  await expect.poll(() => clipboard(page)).toMatch(/^here\nTraceback \(most recent call last\):\n/);
});
