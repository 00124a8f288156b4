import { fileURLToPath } from "node:url";

import type { Page } from "@playwright/test";

import { takePicture } from "../fixtures/pictures.ts";
import { mistake, solution } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

test.beforeEach(async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
});

/** Takes a picture of the README's, and renews the one there where that is asked for. */
async function takePictureOfReadme(page: Page, name: string): Promise<void> {
  await takePicture(page, name);
  if (process.env.CODEALONG_REFRESH_PICTURES === "1") {
    const file = new URL(`../pictures/${name}.png`, import.meta.url);
    await page.screenshot({ path: fileURLToPath(file), animations: "disabled" });
  }
}

test("the README's picture of a failed test", async ({ page, workbench }) => {
  await workbench.open("bytes");
  await workbench.judge(mistake("bytes", "length_of_the_text"));
  await workbench.hasVerdict(/tests failed$/);
  await expect(workbench.check("counts the length in bytes")).toContainText("failed");
  await takePictureOfReadme(page, "workbench");
});

test("the README's picture of a test that is watched", async ({ page, workbench }) => {
  await workbench.open("get");
  await workbench.judge(mistake("get", "first_value_stays"));
  await workbench.hasVerdict(/tests? failed$/);
  const watch = await workbench.startToWatch("gets the latest value");
  await expect(watch.line).toContainText("return bulk(store.get(arguments[0]))");
  await takePictureOfReadme(page, "watch");
});

test("the README's picture of the console", async ({ page, workbench }) => {
  await workbench.open("blpop");
  await workbench.judge(solution("blpop"));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
  await workbench.showConsole();
  await workbench.type('SET visitor "Ada Lovelace" EX 100');
  await workbench.type("GET visitor");
  await workbench.type("INCR visits");
  await expect(workbench.consoleReplies).toHaveCount(3);
  await workbench.type("BLPOP jobs 0");
  await workbench.results.getByRole("button", { name: "Add a client" }).click();
  await expect(workbench.consoleLog).toContainText("Client 2 is connected.");
  await workbench.type("RPUSH jobs mail");
  await expect(workbench.consoleReplies).toHaveCount(5);
  await takePictureOfReadme(page, "console");
});

test("the picture that messengers show of a page", async ({ page }) => {
  await page.setViewportSize({ width: 1200, height: 630 });
  await page.goto("/");
  const linked = await page.locator('meta[property="og:image"]').getAttribute("content");
  expect(linked).toBe(new URL("/open-graph.png", page.url()).href);
  const picture = await page.request.get(linked!);
  expect(picture.headers()["content-type"]).toBe("image/png");
  const bytes = await picture.body();
  // As its header has them.
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1200, 630]);
  if (process.env.CODEALONG_REFRESH_PICTURES === "1") {
    const file = new URL("../../assets/open-graph.png", import.meta.url);
    await page.screenshot({ path: fileURLToPath(file), animations: "disabled" });
  }
});
