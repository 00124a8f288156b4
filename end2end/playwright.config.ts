import { defineConfig } from "@playwright/test";

// `cargo xtask test` starts the server and says where; by hand, `cargo xtask up` serves there.
const baseURL = process.env.CODEALONG_URL ?? "http://127.0.0.1:3000";

// Debian's Chromium on machines that can't download Playwright's own.
const executablePath = process.env.CODEALONG_CHROMIUM || undefined;

export default defineConfig({
  testDir: "specs",
  outputDir: "output/failures",
  fullyParallel: true,
  forbidOnly: true,
  // A test that passes at the second try is a flake to be mended, not hidden.
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json", { outputFile: "output/report.json" }]],
  use: {
    baseURL,
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    // Without a film of each test, which takes a quarter of the machine's time.
    trace: { mode: "retain-on-failure", screenshots: false },
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
      // What can be read is read twice.
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
