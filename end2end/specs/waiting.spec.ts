import { endlessLoop, fourLines, slowFourLines } from "../fixtures/programs.ts";
import { test } from "../fixtures/test.ts";

test("who waits sees their place as it moves, and is served in turn", async ({
  somebodyElse,
  workbench,
  startServer,
}) => {
  const server = await startServer();
  await server.takesRuns();
  const second = await somebodyElse();
  await second.open("listen", server.url);
  const third = await somebodyElse();
  await third.open("listen", server.url);
  await workbench.open("get", server.url);
  await workbench.judge(endlessLoop);
  await workbench.isRunning();
  await second.judge(slowFourLines(1.5));
  await second.hasVerdict("Waiting · next in the queue", "It starts by itself");
  await third.judge(fourLines);
  await third.hasVerdict("Waiting · number 2 in the queue");
  await workbench.cancelButton.click();
  await third.hasVerdict("Waiting · next in the queue");
  await second.hasVerdict("All 2 tests passed");
  await third.hasVerdict("All 2 tests passed");
});

test("who waits may stop waiting", async ({ somebodyElse, workbench, startServer }) => {
  const server = await startServer();
  await server.takesRuns();
  const second = await somebodyElse();
  await second.open("listen", server.url);
  await workbench.open("get", server.url);
  await workbench.judge(endlessLoop);
  await workbench.isRunning();
  await second.judge(fourLines);
  await second.hasVerdict("Waiting · next in the queue");
  await second.cancelButton.click();
  await second.hasVerdict("Cancelled");
  await workbench.cancelButton.click();
  await second.run();
  await second.hasVerdict("All 2 tests passed");
});

test("who waited too long hears when to try again", async ({ somebodyElse, workbench, startServer }) => {
  const server = await startServer({ CODEALONG_WAIT_MAX: "1" });
  await server.takesRuns();
  const second = await somebodyElse();
  await second.open("listen", server.url);
  await workbench.open("get", server.url);
  await workbench.judge(endlessLoop);
  await workbench.isRunning();
  await second.judge(fourLines);
  await second.hasVerdict("Busy: no verdict", /Nothing you wrote is lost: try again in \d+ s/);
  await second.editor.expectText(fourLines);
});
