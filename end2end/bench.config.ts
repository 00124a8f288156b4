import { defineConfig } from "@playwright/test";

import config from "./playwright.config.ts";

// `npx playwright test --config bench.config.ts` measures the pages of the server at CODEALONG_URL,
// in turns with those of the one at BENCH_BEFORE, if that is set.
export default defineConfig({
  // A trace would be measured too.
  use: { ...config.use, trace: "off", screenshot: "off" },
  testDir: "bench",
  testMatch: /\.bench\.ts$/,
  outputDir: "output/bench",
  workers: 1,
  timeout: 1_800_000,
  reporter: [["line"]],
});
