import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { ROOT } from "../fixtures/own_server.ts";
import { fourLines } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

test("a course that changed while its page was open shows the tests that were run", async ({
  workbench,
  startServer,
}) => {
  const folder = await mkdtemp(path.join(tmpdir(), "codealong-course-"));
  try {
    await cp(path.join(ROOT, "curriculum/redis"), path.join(folder, "redis"), { recursive: true });
    const server = await startServer({ CODEALONG_CURRICULUM: folder, CODEALONG_RELOAD: "true" });
    await server.takesRuns();
    await workbench.open("listen", server.url);
    const names = workbench.guide.locator(".checklist .test-name");
    const first = [/^listens on port 6379/, /^lets a second client connect/];
    await expect(names).toHaveText(first);

    const tests = path.join(folder, "redis/listen/tests.py");
    const before = await readFile(tests, "utf8");
    const renamed = before.replace("listens on port 6379", "listens where it was asked to");
    const third = '\n\n@test("lets a third client connect")\ndef _(server):\n    server.connect()\n';
    await writeFile(tests, renamed + third);
    await workbench.judge(fourLines);
    await workbench.hasVerdict("All 3 tests passed");
    const now = [/^listens where it was asked to/, /^lets a second/, /^lets a third client connect/];
    await expect(names).toHaveText(now);
    await expect(workbench.results.locator(".case .test-name")).toHaveText(now);

    // A page that is newer than the last run knows the course better.
    await writeFile(tests, before);
    await workbench.reload();
    await workbench.hasVerdict("All 3 tests passed");
    await expect(names).toHaveText(first);
  } finally {
    await rm(folder, { recursive: true });
  }
});
