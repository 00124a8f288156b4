import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

import type { Page } from "@playwright/test";

import { breakRuns } from "../fixtures/network.ts";
import { endlessLoop, mistake, solution } from "../fixtures/programs.ts";
import { BrowserStorage, stepKey } from "../fixtures/storage.ts";
import { expect, test } from "../fixtures/test.ts";
import type { Workbench } from "../pages/workbench.ts";

const FOLDER = fileURLToPath(new URL("../output/pictures", import.meta.url));
const README = fileURLToPath(new URL("../pictures/workbench.png", import.meta.url));
const ECHO = mistake("echo", "length_of_the_text");

test.beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
});

async function takePicture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`), animations: "disabled" });
}

const SIZES = [
  [1440, 900],
  [1024, 768],
  [390, 844],
] as const;

/** Takes screenshots of the page in both themes and at all sizes. */
async function takePictures(page: Page, name: string): Promise<void> {
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await takePicture(page, `${name}-${colorScheme}-${width}`);
    }
  }
}

/** Pages and their states, each with the way there. */
const STATES: Record<string, (page: Page, workbench: Workbench) => Promise<void>> = {
  idle: async (_, workbench) => workbench.open("echo"),
  running: async (_, workbench) => {
    await workbench.open("echo");
    await workbench.judge(endlessLoop);
    await workbench.isRunning();
  },
  passed: async (_, workbench) => {
    await workbench.open("echo");
    await workbench.judge(solution("echo"));
    await workbench.hasVerdict(/^All \d+ tests passed$/);
  },
  failed: async (_, workbench) => {
    await workbench.open("echo");
    await workbench.judge(ECHO);
    await workbench.hasVerdict(/tests failed$/);
  },
  home: async (page, workbench) => {
    await page.goto("/");
    await workbench.answers();
  },
  course: async (page, workbench) => {
    await page.goto("/courses/redis");
    await workbench.answers();
  },
  "not-found": async (page, workbench) => {
    await page.goto("/courses/redis/nothing");
    await workbench.answers();
  },
  output: async (_, workbench) => {
    await workbench.open("ping");
    await workbench.judge(`print("\\x1b[36mready\\x1b[0m for clients")\n1 / 0\n`);
    await workbench.hasVerdict(/tests failed$/);
    await workbench.showOutput();
  },
  "no-verdict": async (page, workbench) => {
    await workbench.open("ping");
    await breakRuns(page);
    await workbench.judge(solution("ping"));
    await workbench.hasVerdict("No verdict: our fault");
  },
  notices: async (page, workbench) => {
    await workbench.open("ping");
    await new BrowserStorage(page).put(stepKey("set"), "no record at all");
    await workbench.reload();
    await expect(workbench.notices).toContainText("set aside");
  },
  hints: async (_, workbench) => {
    await workbench.open("ping");
    await workbench.showGuide();
    await workbench.guide.getByRole("button", { name: "Open hint 1 of 4" }).click();
    await workbench.guide.getByRole("button", { name: "Open hint 2 of 4" }).click();
    await expect(workbench.guide.getByText("Loading…")).toHaveCount(0);
    await workbench.guide.getByRole("button", { name: "Show the solution…" }).scrollIntoViewIfNeeded();
  },
  solution: async (page, workbench) => {
    await workbench.open("ping");
    await workbench.write(mistake("ping", "one_reply"));
    await workbench.showGuide();
    await workbench.guide.getByRole("button", { name: "Show the solution…" }).click();
    const dialog = page.getByRole("dialog", { name: "The solution" });
    await dialog.getByRole("button", { name: "Show the solution" }).click();
    await expect(dialog.getByText("accept").first()).toBeVisible();
  },
  earlier: async (_, workbench) => {
    await workbench.open("listen");
    await workbench.judge(solution("listen"));
    await workbench.hasVerdict("All 2 tests passed");
    await workbench.write("other = 1\n");
    await workbench.earlierCode.click();
  },
  import: async (page, workbench) => {
    await workbench.open("ping");
    await page.getByRole("button", { name: "Progress: export and import" }).click();
    const draft = solution("ping");
    const progress = { version: 1, courses: { redis: { ping: { draft, last_green: draft } } } };
    await page.getByLabel("Choose an exported file…").setInputFiles({
      name: "codealong-progress.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(progress)),
    });
    await expect(page.getByText("This would change:")).toBeVisible();
  },
  shortcuts: async (page, workbench) => {
    await workbench.open("ping");
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  },
};

for (const [name, reach] of Object.entries(STATES)) {
  test(`pictures: ${name}`, async ({ page, workbench, trouble }) => {
    if (name === "not-found") trouble.expectStatus(404);
    if (name === "no-verdict") trouble.expectLostServer();
    await reach(page, workbench);
    await takePictures(page, name);
  });
}

test("the picture of the README", async ({ page, workbench }) => {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await workbench.open("echo");
  await workbench.judge(ECHO);
  await workbench.hasVerdict(/tests failed$/);
  await expect(workbench.check("counts the length in bytes")).toContainText("failed");
  await takePicture(page, "workbench");
  if (process.env.CODEALONG_REFRESH_PICTURES === "1") {
    await page.screenshot({ path: README, animations: "disabled" });
  }
});
