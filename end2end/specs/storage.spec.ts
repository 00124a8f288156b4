import { readFile } from "node:fs/promises";

import { expect, test } from "../fixtures/test.ts";
import { fourLines, starter } from "../fixtures/programs.ts";
import { BrowserStorage, stepKey } from "../fixtures/storage.ts";

const KEY = stepKey("listen");

test("a cleared storage costs what was in it, and no more", async ({ page, workbench }) => {
  const storage = new BrowserStorage(page);
  await workbench.open("listen");
  await workbench.write("before = 1\n");
  await workbench.isSaved();
  await storage.clear();
  await workbench.write("after = 2\n");
  await workbench.isSaved();
  await workbench.reload();
  await workbench.editor.expectText("after = 2\n");
});

test("a full storage is told of, and everything else goes on", async ({ page, workbench }) => {
  const storage = new BrowserStorage(page);
  await workbench.open("listen");
  await storage.fill();
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await expect(workbench.code.getByText("Not saved", { exact: true })).toBeVisible();
  await expect(workbench.notices).toContainText("storage for the page is full");
  await workbench.editor.expectText(fourLines);

  await storage.empty();
  await workbench.editor.typeAtTheTop("# room again\n");
  await workbench.isSaved();
  await expect(workbench.notices).toHaveText("");
  await workbench.reload();
  await workbench.editor.expectText(`# room again\n${fourLines}`);
});

for (const [what, record, notice] of [
  ["rubbish", "no record at all", "could not be read. It is set aside, not lost"],
  ["a broken record", '{"version":1,"draft":7}', "could not be read. It is set aside, not lost"],
  [
    "a record of a newer version",
    '{"version":99,"draft":{"text":"of another form"}}',
    "was kept by a newer version of this page. It is set aside, not lost",
  ],
] as const) {
  test(`${what} is kept aside and never written over`, async ({ page, workbench }) => {
    const storage = new BrowserStorage(page);
    await workbench.open("ping");
    await storage.put(KEY, record);
    await workbench.open("listen");
    await expect(workbench.notices).toContainText(notice);
    await workbench.editor.expectText(starter());
    await workbench.write(fourLines);
    await workbench.isSaved();
    expect(Object.values(await storage.all())).toContain(record);
    const download = page.waitForEvent("download");
    await workbench.notices.getByRole("button", { name: "Download" }).click();
    expect(await readFile(await (await download).path(), "utf8")).toBe(record);
    await workbench.notices.getByRole("button", { name: "Dismiss" }).click();
    await expect(workbench.notices).not.toContainText("set aside");
    await workbench.reload();
    await workbench.editor.expectText(fourLines);
    expect(Object.values(await storage.all())).toContain(record);
  });
}

test("what can't be read and has no room elsewhere stays where it is", async ({
  page,
  workbench,
}) => {
  const storage = new BrowserStorage(page);
  const newer = '{"version":99,"draft":{"text":"of another form"}}';
  const settings = '{"version":99,"theme":"sepia"}';
  await workbench.open("ping");
  await storage.put(KEY, newer);
  await storage.put("codealong.settings", settings);
  await storage.fill();
  await workbench.open("listen");
  await expect(workbench.notices).toContainText("storage for the page is full");
  await workbench.write(fourLines);
  await expect(workbench.code.getByText("Not saved", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: /^Theme/ }).click();
  expect(await storage.read(KEY)).toBe(newer);
  expect(await storage.read("codealong.settings")).toBe(settings);

  await storage.empty();
  await workbench.editor.typeAtTheTop("# room again\n");
  await workbench.isSaved();
  await page.getByRole("button", { name: /^Theme/ }).click();
  const kept = Object.values(await storage.all());
  expect(kept).toContain(newer);
  expect(kept).toContain(settings);
  await workbench.reload();
  await workbench.editor.expectText(`# room again\n${fourLines}`);
});

test("settings that can't be read are kept aside too", async ({ page, workbench }) => {
  const storage = new BrowserStorage(page);
  await workbench.open("listen");
  await storage.put("codealong.settings", '{"version":99,"theme":"sepia"}');
  await workbench.reload();
  await expect(workbench.notices).toContainText("A record of the settings was kept by a newer");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  expect(Object.values(await storage.all())).toContain('{"version":99,"theme":"sepia"}');
});

test("a forbidden storage is told of, and everything else goes on", async ({ page, workbench }) => {
  await page.addInitScript(() => {
    const forbidden = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, { get: forbidden });
    }
  });
  await workbench.open("listen");
  await expect(workbench.notices).toContainText("does not let the page store anything");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await expect(workbench.code.getByText("Not saved", { exact: true })).toBeVisible();
  await workbench.editor.expectText(fourLines);
  await workbench.results.getByRole("link", { name: "Next step: PING" }).click();
  await expect(workbench.guide.getByRole("heading", { level: 1 })).toBeFocused();
  await workbench.editor.expectText(fourLines);
});
