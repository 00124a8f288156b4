import { test } from "../fixtures/test.ts";
import { endlessLoop, fourLines, slowFourLines, solution } from "../fixtures/programs.ts";

test.describe("without an engine", () => {
  test("the page works, and a run says that it is our fault", async ({
    workbench,
    startServer,
    trouble,
  }) => {
    trouble.expectStatus(503);
    const server = await startServer({ CODEALONG_DOCKER_HOST: "unix:///nowhere" });
    await workbench.open("listen", server.url);
    await workbench.judge(fourLines);
    await workbench.hasVerdict(
      "No verdict: our fault",
      "This is our fault, not your code's; nothing you wrote is lost.",
    );
    await workbench.editor.expectText(fourLines);
    await workbench.isSaved();
  });
});

test("a server that goes away in mid-run is our fault, and the next run works", async ({
  workbench,
  startServer,
  trouble,
}) => {
  trouble.expectLostServer();
  const server = await startServer();
  await server.takesRuns();
  await workbench.open("get", server.url);
  await workbench.judge(endlessLoop);
  await workbench.isRunning();

  await server.kill();
  await workbench.hasVerdict("No verdict: our fault", "Nothing you wrote is lost");
  await workbench.expectCheck("gets what was set", "not run");
  await workbench.editor.expectText(endlessLoop);

  await server.startAgain();
  await server.takesRuns();
  await workbench.judge(solution("get"));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
});

test("a server that is stopped lets the run end", async ({ workbench, startServer, trouble }) => {
  trouble.expectLostServer();
  const server = await startServer();
  await server.takesRuns();
  await workbench.open("listen", server.url);
  await workbench.judge(slowFourLines(1.5));
  await workbench.isRunning();
  const stopped = server.stop();
  await workbench.hasVerdict("All 2 tests passed");
  await stopped;
  await workbench.run();
  await workbench.hasVerdict("No verdict: our fault", "The server can't be reached");
});

test("offline, a run says so; back again, it passes", async ({ page, context, workbench, trouble }) => {
  trouble.expectLostServer();
  await workbench.open("listen");
  await workbench.write(fourLines);
  await context.setOffline(true);
  await workbench.run();
  await workbench.hasVerdict("Offline: no verdict", "This browser is offline");
  await workbench.isSaved();
  await context.setOffline(false);
  await workbench.run();
  await workbench.hasVerdict("All 2 tests passed");
  await page.reload();
  await workbench.isReady();
  await workbench.editor.expectText(fourLines);
});

test("an answer that this page does not know says to reload", async ({ page, workbench }) => {
  // A server that was updated while the page was open.
  await page.route("**/api/run", (route) =>
    route.fulfill({ contentType: "text/plain", body: '{"event":"of-tomorrow"}\n' }),
  );
  await workbench.open("listen");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("No verdict: our fault", "reload the page");
  await workbench.editor.expectText(fourLines);
  await page.unroute("**/api/run");
  await workbench.reload();
  await workbench.run();
  await workbench.hasVerdict("All 2 tests passed");
});
