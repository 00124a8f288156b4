import { test } from "../fixtures/test.ts";
import { fourLines } from "../fixtures/programs.ts";

const RUNS = "**/api/run";
const UNHARMED = "Nothing you wrote is lost";

for (const [status, headline, reason] of [
  [502, "No verdict: our fault", "could not reach the server (HTTP 502)"],
  [504, "No verdict: our fault", "waited too long for the server (HTTP 504)"],
  [413, "No verdict", "refused the request as too large (HTTP 413)"],
  [429, "No verdict", "had too many requests from here (HTTP 429)"],
  [403, "No verdict", "refused the request (HTTP 403)"],
  [200, "No verdict", "sent a page of its own"],
] as const) {
  test(`a gateway's page with status ${status} is told by its status`, async ({
    page,
    workbench,
    trouble,
  }) => {
    if (status >= 400) trouble.expectStatus(status);
    await page.route(RUNS, (route) =>
      route.fulfill({ status, contentType: "text/html", body: `<h1>${status}</h1>` }),
    );
    await workbench.open("listen");
    await workbench.judge(fourLines);
    await workbench.hasVerdict(headline, reason);
    await workbench.hasVerdict(headline, UNHARMED);
    await workbench.editor.expectText(fourLines);
    await page.unroute(RUNS);
    await workbench.results.getByRole("button", { name: "Try again" }).click();
    await workbench.hasVerdict("All 2 tests passed");
  });
}

for (const [what, answer] of [
  ["nothing at all", ""],
  ["its position in the queue alone", '{"event":"queued","position":1}\n'],
  ["the beginning of the run", '{"event":"started","seed":"9e36a221","steps":[]}\n'],
] as const) {
  test(`an answer that ends after ${what} is asked for once more`, async ({ page, workbench }) => {
    await page.route(
      RUNS,
      (route) => route.fulfill({ contentType: "application/octet-stream", body: answer }),
      { times: 1 },
    );
    await workbench.open("listen");
    await workbench.judge(fourLines);
    await workbench.hasVerdict("All 2 tests passed");
  });
}

test("a connection that falls silent is our fault, and the next run works", async ({
  page,
  workbench,
}) => {
  await page.clock.install();
  await workbench.open("listen");
  await page.route(RUNS, () => {}, { times: 1 });
  await workbench.judge(fourLines);
  await workbench.hasVerdict("Starting…");
  await page.clock.fastForward(19_000);
  await workbench.hasVerdict("Starting…");
  await page.clock.fastForward(2_000);
  await workbench.hasVerdict("No verdict: our fault", "The server fell silent");
  await workbench.run();
  await workbench.hasVerdict("All 2 tests passed");
});
