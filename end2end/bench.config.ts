import { defineConfig } from "@playwright/test";

import config from "./playwright.config.ts";

// `npx playwright test --config bench.config.ts` measures the pages of the server at CODEALONG_URL.
export default defineConfig({
  use: config.use,
  testDir: "bench",
  testMatch: /\.bench\.ts$/,
  outputDir: "output/bench",
  workers: 1,
  timeout: 300_000,
  reporter: [["line"]],
});
