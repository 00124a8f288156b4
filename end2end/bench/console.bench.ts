// How long a command in the console takes, from the key to the reply in the page.
import { expect, test } from "@playwright/test";

import { solution } from "../fixtures/programs.ts";
import { Workbench } from "../pages/workbench.ts";

const SERVER = process.env.CODEALONG_URL ?? "http://127.0.0.1:3000";

const COMMANDS = 60;
const GOAL_MS = 15;

test("console", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open("get", SERVER);
  await workbench.write(solution("get"));
  await workbench.showConsole();
  await workbench.type("PING");
  await expect(workbench.consoleReplies).toHaveCount(1);
  const times = await page.evaluate(async (commands) => {
    const input = document.querySelector<HTMLInputElement>("#console-input")!;
    const log = document.querySelector("#console-log")!;
    const replies = () => log.querySelectorAll(".is-reply > code").length;
    const times: { inDocument: number; drawn: number }[] = [];
    for (let number = 0; number < commands; number += 1) {
      input.value = "PING";
      input.dispatchEvent(new Event("input", { bubbles: true }));
      // Nobody types without a pause.
      await new Promise((resolve) => setTimeout(resolve, 50));
      const before = replies();
      const begin = performance.now();
      const shown = new Promise<(typeof times)[0]>((resolve) => {
        const observer = new MutationObserver(() => {
          if (replies() === before) return;
          observer.disconnect();
          const inDocument = performance.now() - begin;
          requestAnimationFrame(() => resolve({ inDocument, drawn: performance.now() - begin }));
        });
        observer.observe(log, { childList: true, subtree: true });
      });
      // What the key does.
      input.form!.requestSubmit();
      times.push(await shown);
    }
    return times;
  }, COMMANDS);
  const row = (figures: number[]) => {
    const sorted = [...figures].sort((one, other) => one - other);
    const at = (part: number) => Math.round(sorted[Math.floor(part * (sorted.length - 1))]! * 10) / 10;
    return { "median ms": at(0.5), "p95 ms": at(0.95) };
  };
  console.table({
    "key to reply in the page": { ...row(times.map((time) => time.inDocument)), "goal ms": GOAL_MS },
    // A screen draws every 16.7 ms, whatever happens between.
    "key to the next frame": row(times.map((time) => time.drawn)),
  });
});
