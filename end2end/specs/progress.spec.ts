import { readFile } from "node:fs/promises";

import type { Page } from "@playwright/test";

import { fourLines, starter } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";
import { BrowserStorage } from "../fixtures/storage.ts";
import { Workbench } from "../pages/workbench.ts";

async function openProgress(page: Page) {
  await page.getByRole("button", { name: "Backup of your progress" }).click();
  return page.getByRole("dialog", { name: "Backup of your progress" });
}

const file = (text: string) => ({
  name: "codealong-progress.json",
  mimeType: "application/json",
  buffer: Buffer.from(text),
});

test("progress goes from one browser to another as a file", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  let dialog = await openProgress(page);
  await expect(dialog).toContainText("1 step begun, 1 of them done.");
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save a backup file" }).click();
  const exported = await readFile(await (await download).path(), "utf8");
  expect(JSON.parse(exported)).toMatchObject({ version: 2 });

  await new BrowserStorage(page).clear();
  await workbench.reload();
  await workbench.editor.expectText(starter());
  dialog = await openProgress(page);
  await dialog.getByLabel("Choose a backup file…").setInputFiles(file(exported));
  await expect(dialog).toContainText("This would change:");
  await expect(dialog.getByRole("listitem")).toContainText("redis / listen");
  await dialog.getByRole("button", { name: "Restore", exact: true }).click();
  await expect(dialog.getByText("Restored: 1 step changed.")).toBeFocused();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(workbench.step("Step 1: Listen, done")).toBeVisible();
  await workbench.reload();
  await workbench.editor.expectText(fourLines);
});

for (const [what, text, reason] of [
  ["no progress at all", "[1, 2", "This is not CodeAlong progress"],
  ["of a newer version", '{"version":99,"courses":{}}', "This progress has version 99"],
  [
    "broken in the middle",
    '{"version":1,"courses":{"redis":{"listen":{"draft":7}}}}',
    "This is not CodeAlong progress",
  ],
] as const) {
  test(`a file that is ${what} is refused, and nothing changes`, async ({ page, workbench }) => {
    await workbench.open("listen");
    await workbench.write(fourLines);
    await workbench.isSaved();
    const before = await new BrowserStorage(page).all();
    const dialog = await openProgress(page);
    await dialog.getByLabel("Choose a backup file…").setInputFiles(file(text));
    await expect(dialog).toContainText(reason);
    await expect(dialog).toContainText("Nothing was changed.");
    expect(await new BrowserStorage(page).all()).toEqual(before);
  });
}

test("an import shows in the step that is open, and one's own code can be brought back", async ({
  page,
  workbench,
}) => {
  await workbench.open("listen");
  await workbench.write("own = 1\n");
  await workbench.isSaved();
  const dialog = await openProgress(page);
  const imported = { version: 1, courses: { redis: { listen: { draft: "imported = 2\n" } } } };
  await dialog
    .getByLabel("Choose a backup file…")
    .setInputFiles(file(JSON.stringify(imported)));
  await expect(dialog).toContainText("your code is replaced");
  await dialog.getByRole("button", { name: "Restore", exact: true }).click();
  await dialog.getByRole("button", { name: "Close" }).click();
  await workbench.editor.expectText("imported = 2\n");
  await workbench.editor.typeAtTheTop("# more\n");
  await workbench.isSaved();
  await workbench.reload();
  await workbench.editor.expectText("# more\nimported = 2\n");
  await workbench.bringBack("Your code before the last replacement");
  await workbench.editor.expectText("own = 1\n");
});

test("an import leaves what another tab typed since it was looked at", async ({
  context,
  page,
  workbench,
}) => {
  const other = new Workbench(await context.newPage());
  await other.open("ping");
  await workbench.open("listen");
  const dialog = await openProgress(page);
  const imported = { version: 1, courses: { redis: { listen: { draft: "imported = 2\n" } } } };
  await dialog
    .getByLabel("Choose a backup file…")
    .setInputFiles(file(JSON.stringify(imported)));
  await expect(dialog).toContainText("redis / listen");
  await other.write("meanwhile = 3\n");
  await other.isSaved();
  await dialog.getByRole("button", { name: "Restore", exact: true }).click();
  await expect(dialog).toContainText("Restored: 1 step changed.");
  await other.reload();
  await other.editor.expectText("meanwhile = 3\n");
});
