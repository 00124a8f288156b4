import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { breakRuns } from "../fixtures/network.ts";
import { endlessLoop, fourLines, mistake } from "../fixtures/programs.ts";
import { BrowserStorage, stepKey } from "../fixtures/storage.ts";
import { expect, test } from "../fixtures/test.ts";
import type { Workbench } from "../pages/workbench.ts";

/** Every rule of axe, with a short message for each violation. */
async function expectNoBarrier(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary}`),
  );
  expect(told).toEqual([]);
}

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

/** The same in both themes, on wide pages and on narrow ones. */
async function expectNoBarrierAnywhere(
  page: Page,
  check: () => Promise<void> = () => expectNoBarrier(page),
): Promise<void> {
  for (const viewport of [WIDE, NARROW]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      // Without transitions: colours halfway between two themes belong to neither.
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await test.step(`${viewport.width} px, ${colorScheme}`, check);
    }
  }
}

type Way = (page: Page, workbench: Workbench) => Promise<void>;

/** The states of a step's page besides idle, each with the way there. */
const states: Record<string, Way> = {
  passed: async (_, workbench) => {
    await workbench.judge(fourLines);
    await workbench.hasVerdict("All 2 tests passed");
  },
  failed: async (_, workbench) => {
    await workbench.open("echo");
    await workbench.judge(mistake("echo", "length_of_the_text"));
    await workbench.hasVerdict(/tests failed$/);
  },
  "failed by an exception": async (_, workbench) => {
    await workbench.judge("def listen():\n    raise ValueError('no')\n\n\nlisten()\n");
    await workbench.hasVerdict("2 of 2 tests failed");
  },
  "failed by a line that can't be read": async (_, workbench) => {
    await workbench.judge("import socket\nserver = (\n");
    await workbench.hasVerdict("2 of 2 tests failed");
  },
  cancelled: async (_, workbench) => {
    await workbench.open("get");
    await workbench.judge(endlessLoop);
    await workbench.isRunning();
    await workbench.cancelButton.click();
    await workbench.hasVerdict("Cancelled");
  },
  "without a verdict": async (page, workbench) => {
    await breakRuns(page);
    await workbench.judge(fourLines);
    await workbench.hasVerdict("No verdict: our fault");
  },
  "showing the program's output": async (_, workbench) => {
    await workbench.judge(`print("\\x1b[31mred\\x1b[0m and \\x1b[93;44mon blue\\x1b[0m")\n1 / 0\n`);
    await workbench.hasVerdict("2 of 2 tests failed");
    await workbench.showOutput();
    await expect(workbench.output).toContainText("ZeroDivisionError");
  },
  "with every hint open": async (_, workbench) => {
    await workbench.showGuide();
    for (const rung of [1, 2, 3, 4]) {
      await workbench.guide.getByRole("button", { name: `Open hint ${rung} of 4` }).click();
    }
    await expect(workbench.guide.getByText("Loading…")).toHaveCount(0);
  },
  "with the list of steps open": async (_, workbench) => {
    await workbench.showGuide();
    await workbench.guide.getByText("Step 1 of 5").click();
  },
  "with a record that can't be read": async (page, workbench) => {
    await new BrowserStorage(page).put(stepKey("echo"), "no record at all");
    await workbench.reload();
    await expect(workbench.notices).toContainText("set aside");
  },
};

const dialogs: Record<string, Way> = {
  "the shortcuts": async (page) =>
    page.getByRole("button", { name: "Keyboard shortcuts" }).click(),
  progress: async (page) =>
    page.getByRole("button", { name: "Progress: export and import" }).click(),
  "starting over": async (_, workbench) => {
    await workbench.showCode();
    await workbench.code.getByRole("button", { name: "Reset…" }).click();
  },
  "earlier code": async (_, workbench) => {
    await workbench.judge(fourLines);
    await workbench.hasVerdict("All 2 tests passed");
    await workbench.write("other = 1\n");
    await workbench.earlierCode.click();
  },
  "the solution": async (page, workbench) => {
    await workbench.showGuide();
    await workbench.guide.getByRole("button", { name: "Show the solution…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Show the solution" }).click();
    await expect(page.getByRole("dialog").getByText("create_server").first()).toBeVisible();
  },
};

for (const address of ["/", "/courses/redis", "/nothing", "/courses/redis/echo"]) {
  test(`${address} has no barrier`, async ({ page, trouble }) => {
    if (address === "/nothing") trouble.expectStatus(404);
    await page.goto(address);
    await expect(page.locator("html[data-hydrated]")).toBeAttached();
    await expectNoBarrierAnywhere(page);
  });
}

for (const [name, reach] of Object.entries(states)) {
  test(`a step ${name} has no barrier`, async ({ page, workbench, trouble }) => {
    if (name === "without a verdict") trouble.expectLostServer();
    await workbench.open("listen");
    await reach(page, workbench);
    await expectNoBarrierAnywhere(page);
  });
}

test("a step with a run under way has no barrier", async ({ page, workbench }) => {
  test.slow();
  await workbench.open("get");
  await workbench.write(endlessLoop);
  await expectNoBarrierAnywhere(page, async () => {
    // A run ends within ten seconds, so one must be under way before and after the check.
    await expect(async () => {
      if (!(await workbench.runs())) {
        await workbench.showCode();
        await workbench.run();
      }
      await workbench.isRunning();
      await expectNoBarrier(page);
      expect(await workbench.runs()).toBe(true);
    }).toPass({ timeout: 60_000 });
  });
});

for (const [name, open] of Object.entries(dialogs)) {
  test(`the dialog of ${name} has no barrier`, async ({ page, workbench }) => {
    await workbench.open("listen");
    await open(page, workbench);
    await expect(page.getByRole("dialog")).toBeVisible();
    await expectNoBarrierAnywhere(page);
  });
}

for (const theme of ["Light", "Dark"]) {
  test(`the theme ${theme} has no barrier, whatever the system's is`, async ({ page, workbench }) => {
    await workbench.open("echo");
    await workbench.chooseTheme(theme);
    await workbench.judge(mistake("echo", "length_of_the_text"));
    await workbench.hasVerdict(/tests failed$/);
    await expectNoBarrierAnywhere(page);
  });
}

test("with more contrast asked for, nothing has a barrier and lines are drawn stronger", async ({
  page,
  workbench,
}) => {
  await workbench.open("echo");
  const line = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--line"));
  const usual = await line();
  await page.emulateMedia({ contrast: "more" });
  expect(await line()).not.toBe(usual);
  await workbench.judge(mistake("echo", "length_of_the_text"));
  await workbench.hasVerdict(/tests failed$/);
  await expectNoBarrier(page);
});

test("with less motion asked for, nothing moves while a run goes", async ({ page, workbench }) => {
  const moving = () =>
    page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length);
  await workbench.open("get");
  await workbench.judge(endlessLoop);
  await workbench.isRunning();
  await expect.poll(moving).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await moving()).toBe(0);
  expect(await workbench.runs(), "the run still goes on").toBe(true);
});
