// How fast pages load: what a learner on a slow connection and a slow machine waits for.
import { type Browser, type Page, test } from "@playwright/test";

import { inTurns, median } from "./turns.ts";

/** Lighthouse's slow phone: 1.6 Mbit/s, 150 ms, and a processor slowed four times. */
const CONNECTION = { latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const CPU_SLOWDOWN = 4;

const pages = { home: "/", course: "/courses/redis", step: "/courses/redis/echo" };

/** What a slow connection and machine may take, in kilobytes and milliseconds. */
const goals: Record<string, Partial<Load>> = {
  home: { kilobytes: 250, firstPaintMs: 800, longestTaskMs: 300 },
  course: { kilobytes: 250, firstPaintMs: 800, longestTaskMs: 300 },
  step: { kilobytes: 1100, firstPaintMs: 800, liveMs: 3000, editorMs: 6000, longestTaskMs: 300 },
};

const columns: Record<keyof Load, string> = {
  kilobytes: "KB",
  firstPaintMs: "first paint ms",
  liveMs: "live ms",
  editorMs: "editor ms",
  longestTaskMs: "longest task ms",
};

interface Load {
  kilobytes: number;
  firstPaintMs: number;
  liveMs: number;
  editorMs: number;
  longestTaskMs: number;
}

/** Notes in the page when its milestones are passed; runs before anything else in it. */
function watch(): void {
  const marks = { liveMs: NaN, editorMs: NaN, longestTaskMs: 0, tasks: [] as number[][] };
  (window as unknown as { marks: typeof marks }).marks = marks;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      marks.longestTaskMs = Math.max(marks.longestTaskMs, duration);
      marks.tasks.push([Math.round(startTime), Math.round(duration)]);
    }
  }).observe({ type: "longtask", buffered: true });
  const look = () => {
    const run = document.querySelector<HTMLButtonElement>(".code .foot .button.primary");
    const isLive = document.documentElement.hasAttribute("data-hydrated") && !run?.disabled;
    if (isLive && isNaN(marks.liveMs)) marks.liveMs = performance.now();
    const isEditor = document.querySelector(".editor-host .inputarea") !== null;
    if (isEditor && isNaN(marks.editorMs)) marks.editorMs = performance.now();
  };
  new MutationObserver(look).observe(document, {
    attributes: true,
    childList: true,
    subtree: true,
  });
}

async function load(browser: Browser, server: string, address: string, throttled: boolean): Promise<Load> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(watch);
  if (throttled) await throttle(page);
  await page.goto(server + address, { waitUntil: "load", timeout: 120_000 });
  const hasEditor = address === pages.step;
  await page.waitForFunction(
    (hasEditor) => {
      const { marks } = window as unknown as { marks: Load };
      return !isNaN(marks.liveMs) && !(hasEditor && isNaN(marks.editorMs));
    },
    hasEditor,
    { timeout: 120_000 },
  );
  await page.waitForLoadState("networkidle");
  const found = await page.evaluate(() => {
    const { marks } = window as unknown as { marks: Load & { tasks: number[][] } };
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const requests = [
      ...performance.getEntriesByType("navigation"),
      ...performance.getEntriesByType("resource"),
    ] as PerformanceResourceTiming[];
    return {
      ...marks,
      firstPaintMs: paint?.startTime ?? NaN,
      kilobytes: requests.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000,
      requests: requests.map(({ name, transferSize, responseEnd }) =>
        [new URL(name).pathname, transferSize, Math.round(responseEnd)].join(" ")),
    };
  });
  if (process.env.BENCH_DETAILS) console.log(found.requests, found.tasks);
  await context.close();
  return found;
}

async function throttle(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", { offline: false, ...CONNECTION });
  await session.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
}

test("pages", async ({ browser }) => {
  const rows: Record<string, Record<string, number | undefined>> = {};
  const row = (figures: Partial<Load>) =>
    Object.fromEntries(
      Object.entries(columns).map(([key, column]) => [column, figures[key as keyof Load]]),
    );
  for (const [name, address] of Object.entries(pages)) {
    for (const throttled of [true, false]) {
      const loads = await inTurns((server) => load(browser, server, address, throttled));
      for (const [when, found] of Object.entries(loads)) {
        const medians = Object.keys(columns).map((key) => {
          const numbers = found.map((load) => load[key as keyof Load]);
          return [key, Math.round(median(numbers))] as const;
        });
        rows[`${name}${throttled ? ", slow" : ""}: ${when}`] = row(Object.fromEntries(medians));
      }
      if (throttled) rows[`${name}, slow: goal`] = row(goals[name]!);
    }
  }
  console.table(rows);
});
