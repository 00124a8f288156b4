import { defineConfig } from "@playwright/test";

// Set by `cargo xtask test`. The default is where `cargo xtask up` serves.
const baseURL = process.env.CODEALONG_URL ?? "http://127.0.0.1:3000";

// The system's Chromium, where Playwright's own can't be downloaded.
const executablePath = process.env.CODEALONG_CHROMIUM || undefined;

export default defineConfig({
  testDir: "specs",
  outputDir: "output/failures",
  fullyParallel: true,
  forbidOnly: true,
  // A retry would hide a flaky test.
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json", { outputFile: "output/report.json" }]],
  use: {
    baseURL,
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    // In CI nobody opens a trace, and it costs a tenth of the CPU time; screenshots in it cost a quarter.
    trace: process.env.CI ? "off" : { mode: "retain-on-failure", screenshots: false },
    launchOptions: {
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "browser", testIgnore: /without-javascript/ },
    {
      // `reading.spec.ts` runs both with JavaScript and without.
      name: "without-javascript",
      testMatch: /(without-javascript|reading)\.spec/,
      use: { javaScriptEnabled: false },
    },
    {
      name: "without-javascript-on-a-phone",
      testMatch: /(without-javascript|reading)\.spec/,
      use: { javaScriptEnabled: false, viewport: { width: 390, height: 844 } },
    },
  ],
});
