import { readFile } from "node:fs/promises";

import { holdBack } from "../fixtures/network.ts";
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

test("a draft that has no room is not lost to smaller things that have", async ({
  page,
  workbench,
}) => {
  const storage = new BrowserStorage(page);
  await workbench.open("listen");
  await workbench.write("short = 1\n");
  await workbench.isSaved();
  await storage.fill();
  const long = `long = "${"x".repeat(4000)}"\n`;
  await workbench.judge(long);
  await workbench.hasVerdict("2 of 2 tests failed");
  await workbench.chooseTheme("Dark");
  await workbench.guide.getByRole("button", { name: "Open hint 1 of 4" }).click();
  const notSaved = workbench.code.getByText("Not saved", { exact: true });
  await expect(notSaved).toBeVisible();
  await expect(workbench.notices).toContainText("storage for the page is full");
  await workbench.step("Step 2: PING").click();
  await workbench.shows("Answer PING");
  await workbench.step("Step 1: Listen").click();
  await workbench.shows("Listen on port 6379");
  await workbench.editor.expectText(long);
  await expect(notSaved).toBeVisible();

  await storage.empty();
  await workbench.chooseTheme("Light");
  await workbench.isSaved();
  await expect(workbench.notices).toHaveText("");
  await workbench.reload();
  await workbench.editor.expectText(long);
});

test("what a newer page kept comes back with it, and the rest is listed", async ({
  page,
  workbench,
}) => {
  const storage = new BrowserStorage(page);
  await workbench.open("listen");
  await storage.put(`codealong.kept-aside.1.${KEY}`, '{"version":1,"draft":"back = 1\\n"}');
  await storage.put(`codealong.quarantined.1.${stepKey("ping")}`, "no record at all");
  await workbench.reload();
  await workbench.editor.expectText("back = 1\n");
  await page.getByRole("button", { name: "Backup of your progress" }).click();
  const quarantined = page.getByRole("dialog").getByRole("listitem").filter({ hasText: "“ping”" });
  await expect(page.getByRole("dialog")).not.toContainText("“listen”");
  const download = page.waitForEvent("download");
  await quarantined.getByRole("button", { name: "Download" }).click();
  expect(await readFile(await (await download).path(), "utf8")).toBe("no record at all");
  await quarantined.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("heading", { name: "Quarantined" })).toHaveCount(0);
});

test("the theme that was chosen is there before anything is drawn", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.chooseTheme("Dark");
  const root = page.locator("html");
  await expect(root).toHaveAttribute("data-theme", "dark");
  await expect(root).toHaveCSS("color-scheme", "dark");
  const letProgramCome = await holdBack(page, /\.wasm$/);
  await page.reload({ waitUntil: "commit" });
  await expect(root).toHaveAttribute("data-theme", "dark");
  letProgramCome();
  await workbench.isReady();
  await expect(page.getByRole("button", { name: "Theme: Dark" })).toBeVisible();
});

for (const [what, record, notice] of [
  ["rubbish", "no record at all", "could not be read. It is quarantined, not lost"],
  ["a broken record", '{"version":1,"draft":7}', "could not be read. It is quarantined, not lost"],
  [
    "a record of a newer version",
    '{"version":99,"draft":{"text":"of another form"}}',
    "was kept by a newer version of this page. It is quarantined, not lost",
  ],
] as const) {
  test(`${what} is quarantined and never written over`, async ({ page, workbench }) => {
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
    await expect(workbench.notices).not.toContainText("quarantined");
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
  const letProgramCome = await holdBack(page, /\.wasm$/);
  await page.goto("/courses/redis/listen", { waitUntil: "commit" });
  await expect(workbench.plainField).toBeVisible();
  await storage.put(KEY, newer);
  await storage.put("codealong.settings", settings);
  await storage.fill();
  letProgramCome();
  await workbench.isReady();
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

test("settings that can't be read are quarantined too", async ({ page, workbench }) => {
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

  // Another document would have none of it.
  const asked = page.waitForEvent("dialog");
  const left = page.getByRole("link", { name: "Build Your Own Redis in Python" }).click();
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await left;
  await workbench.editor.expectText(fourLines);
});
