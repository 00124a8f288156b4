import { endlessLoop, fourLines, slowFourLines } from "../fixtures/programs.ts";
import type { OwnServer } from "../fixtures/own_server.ts";
import { test } from "../fixtures/test.ts";
import type { Workbench } from "../pages/workbench.ts";

/** One learner's run keeps all others waiting for ten seconds; the others' pages are open. */
async function takeTheSlot(
  server: OwnServer,
  somebody: Workbench,
  others: Workbench[],
): Promise<void> {
  await server.takesRuns();
  for (const other of others) await other.open("listen", server.url);
  await somebody.open("get", server.url);
  await somebody.judge(endlessLoop);
  await somebody.isRunning();
}

test("who waits sees their position as it moves, and is served in turn", async ({
  somebodyElse,
  workbench,
  startServer,
}) => {
  const server = await startServer();
  const second = await somebodyElse();
  const third = await somebodyElse();
  await takeTheSlot(server, workbench, [second, third]);
  await second.judge(slowFourLines(1.5));
  await second.hasVerdict("Waiting · next in the queue", "It starts by itself");
  await third.judge(fourLines);
  await third.hasVerdict("Waiting · number 2 in the queue");
  await workbench.stopButton.click();
  await third.hasVerdict("Waiting · next in the queue");
  await second.hasVerdict("All 2 tests passed");
  await third.hasVerdict("All 2 tests passed");
});

test("who waits may stop waiting", async ({ somebodyElse, workbench, startServer }) => {
  const server = await startServer();
  const second = await somebodyElse();
  await takeTheSlot(server, workbench, [second]);
  await second.judge(fourLines);
  await second.hasVerdict("Waiting · next in the queue");
  await second.stopButton.click();
  await second.hasVerdict("Stopped");
  await workbench.stopButton.click();
  await second.run();
  await second.hasVerdict("All 2 tests passed");
});

test("who waited too long hears when to try again", async ({ somebodyElse, workbench, startServer }) => {
  const server = await startServer({ CODEALONG_WAIT_MAX: "1" });
  const second = await somebodyElse();
  await takeTheSlot(server, workbench, [second]);
  await second.judge(fourLines);
  await second.hasVerdict("Busy: no verdict", /Nothing you wrote is lost: try again in \d+ s/);
  await second.editor.expectText(fourLines);
});
