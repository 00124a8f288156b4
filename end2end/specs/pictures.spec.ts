import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

import type { Page } from "@playwright/test";

import { endlessLoop, mistake, solution } from "../fixtures/programs.ts";
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

/** The states of the workbench, each with the way there. */
const STATES: Record<string, (workbench: Workbench) => Promise<void>> = {
  idle: async () => {},
  running: async (workbench) => {
    await workbench.judge(endlessLoop);
    await workbench.isRunning();
  },
  passed: async (workbench) => {
    await workbench.judge(solution("echo"));
    await workbench.hasVerdict(/^All \d+ tests passed$/);
  },
  failed: async (workbench) => {
    await workbench.judge(ECHO);
    await workbench.hasVerdict(/tests failed$/);
  },
};

for (const colorScheme of ["light", "dark"] as const) {
  for (const [width, height] of [
    [1440, 900],
    [1024, 768],
    [390, 844],
  ] as const) {
    for (const [state, reach] of Object.entries(STATES)) {
      test(`${state}, ${colorScheme}, ${width} px wide`, async ({ page, workbench }) => {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height });
        await workbench.open("echo");
        await reach(workbench);
        await takePicture(page, `${state}-${colorScheme}-${width}`);
      });
    }
  }
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
