import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test.ts";
import { endlessLoop, fourLines, slowFourLines, solution, starter } from "../fixtures/programs.ts";
import type { Workbench } from "../pages/workbench.ts";

const FIRST = "listens on port 6379";
const SECOND = "lets a second client connect";

test.beforeEach(async ({ workbench }) => {
  await workbench.open("listen");
});

test("the four-line program passes", async ({ workbench }) => {
  await expect(workbench.page).toHaveTitle("Step 1 · Listen on port 6379 · CodeAlong");
  await workbench.expectCheck(FIRST, "not run yet");

  await workbench.write(fourLines);
  await workbench.run();

  await workbench.hasVerdict("All 2 tests passed");
  await workbench.expectCheck(FIRST, "passed");
  await workbench.expectCheck(SECOND, "passed");
  await expect(workbench.liveRegion).toHaveText(/^Run 1: All 2 tests passed\./);
});

test("Ctrl+Enter in the editor runs the tests", async ({ workbench }) => {
  await workbench.write(fourLines);
  await workbench.runByKey();
  await workbench.hasVerdict("All 2 tests passed");
});

test("each test turns green as soon as it has passed", async ({ workbench }) => {
  const seen = await workbench.watchChecks();
  await workbench.judge(slowFourLines(1.2));
  await workbench.hasVerdict("All 2 tests passed");
  const states = await seen();
  expect(states).toContainEqual(["running", "waiting"]);
  expect(states).toContainEqual(["passed", "running"]);
  expect(states.at(-1)).toEqual(["passed", "passed"]);
});

test("the starter fails, and it says what is missing", async ({ workbench }) => {
  await workbench.editor.expectText(starter());
  await workbench.run();
  await workbench.hasVerdict("2 of 2 tests failed", "This is still the program that the step began with");
  await workbench.expectCheck(FIRST, "failed");
  await expect(workbench.liveRegion).toHaveText(/^Run 1: 2 of 2 tests failed\. This is still the program/);
});

test("a syntax error is named with its line, which is marked", async ({ workbench }) => {
  await workbench.judge('import socket\n\nserver = socket.create_server(("localhost", 6379)\n');
  await workbench.hasVerdict("2 of 2 tests failed", "Python can't read line 3");
  await expect(workbench.check(FIRST)).toContainText("line 3");
  await expect(workbench.editor.notes).toContainText(["Python can't read line 3"]);
  await expect(workbench.editor.marksInTheMargin).toHaveCount(1);
});

test("a wrong port is named beside the right one", async ({ workbench }) => {
  await workbench.judge(fourLines.replace("6379", "6380"));
  await workbench.hasVerdict(
    "2 of 2 tests failed",
    "Your program listens on port 6380, but the client calls port 6379.",
  );
  await expect(workbench.check(FIRST)).toContainText("line 3");
  await expect(workbench.editor.notes).toHaveCount(1);
});

test("an exception is named with its line, which is marked", async ({ workbench }) => {
  await workbench.judge("import socket\n\nserver = socket.creat_server(('localhost', 6379))\n");
  await workbench.hasVerdict("2 of 2 tests failed", /line 3 raised .*AttributeError/);
  await expect(workbench.check(FIRST)).toContainText("line 3");
  await expect(workbench.editor.notes).toHaveCount(1);
  await expect(workbench.editor.marksInTheMargin).toHaveCount(1);
});

test("an endless loop is stopped, and it says so", async ({ workbench }) => {
  await workbench.judge(endlessLoop);
  await workbench.hasVerdict(
    "2 of 2 tests failed",
    /your program is still busy in line [23]. Is there a loop that never ends\?/,
  );
  await expect(workbench.editor.notes).toHaveCount(1);
  await expect(workbench.editor.marksInTheMargin).toHaveCount(1);
});

test("the marks of a failed run go with the next one", async ({ workbench }) => {
  await workbench.judge("import nothing_of_the_kind\n");
  await workbench.hasVerdict("2 of 2 tests failed", "line 1 raised");
  await expect(workbench.editor.notes).toHaveCount(1);

  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await expect(workbench.editor.notes).toHaveCount(0);
  await expect(workbench.editor.marksInTheMargin).toHaveCount(0);
  await expect(workbench.liveRegion).toHaveText(/^Run 2: All 2 tests passed\./);
});

test("a mark stays with its line, until that is edited", async ({ page, workbench }) => {
  await workbench.judge("import socket\n\nserver = socket.creat_server(('localhost', 6379))");
  await workbench.hasVerdict("2 of 2 tests failed", "line 3 raised");
  const note = workbench.editor.notes;
  await expect(note).toContainText(["creat_server"]);

  await workbench.editor.typeAtTheTop("import nothing_of_the_kind\n");
  await expect(note).toContainText(["creat_server"]);
  await workbench.run();
  await workbench.hasVerdict("2 of 2 tests failed", "line 1 raised");
  await expect(note).toHaveCount(1);
  await expect(note).toContainText(["nothing_of_the_kind"]);

  await page.keyboard.press("Alt+2");
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.type("  # the last line");
  await expect(note).toHaveCount(1);
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.type("#");
  await expect(note).toHaveCount(0);
  await expect(workbench.editor.marksInTheMargin).toHaveCount(0);
});

test("who clicks a note goes on typing where the cursor is", async ({ page, workbench }) => {
  await workbench.judge("import nothing_of_the_kind\n");
  await workbench.hasVerdict("2 of 2 tests failed", "line 1 raised");
  await workbench.editor.focus();
  await page.keyboard.press("ControlOrMeta+End");
  const place = await workbench.editor.notes.boundingBox();
  await page.mouse.click(place!.x + 40, place!.y + place!.height / 2);
  await expect(workbench.editor.input).toBeFocused();
  await page.keyboard.type("import socket");
  await workbench.editor.expectText("import nothing_of_the_kind\nimport socket");
});

test("the same verdict is announced again", async ({ workbench }) => {
  await workbench.judge(fourLines);
  await expect(workbench.liveRegion).toHaveText(/^Run 1: All 2 tests passed/);
  await workbench.hasVerdict("All 2 tests passed");
  await workbench.run();
  await expect(workbench.liveRegion).toHaveText(/^Run 2: All 2 tests passed/);
});

test("a run can be stopped, and the next one starts at once", async ({ workbench }) => {
  await workbench.open("get");
  await workbench.judge(endlessLoop);
  await workbench.isRunning();
  await workbench.stopButton.click();
  await workbench.hasVerdict("Stopped", "Your code is as it was");
  await workbench.judge(solution("get"));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
});

test("who knows the values of one seed by heart is not done", async ({ page, workbench }) => {
  const { seed, values } = await failOnceAtTheEndOfATest(workbench);
  const letOn = await holdBackFreshRuns(page);
  await workbench.write(echoOnly(values));
  await runAgainWithTheSeed(workbench);

  const withTheSeed = `It passed with the values of seed ${seed}`;
  await workbench.hasVerdict("Starting…", `${withTheSeed}. Now it runs with fresh ones…`);
  await expect(workbench.liveRegion).toHaveText(/^Run 3: Starting\. It passed with the values of/);
  await expect(workbench.step("Step 3: ECHO, done")).toHaveCount(0);
  letOn();

  const notWithOthers = `${withTheSeed}, but not with fresh ones.`;
  await workbench.hasVerdict(/^\d+ of \d+ tests failed$/, notWithOthers);
  await expect(workbench.liveRegion).toHaveText(/^Run 3: \d+ of \d+ tests failed\./);
  await expect(workbench.liveRegion).toContainText(notWithOthers);
  await expect(workbench.results.locator(".seed code")).not.toHaveText(seed);
  await expect(workbench.step("Step 3: ECHO, done")).toHaveCount(0);
});

test("a pass with a seed counts once one with fresh values has followed", async ({ workbench }) => {
  const { seed } = await failOnceAtTheEndOfATest(workbench);
  await workbench.write(solution("echo"));
  await runAgainWithTheSeed(workbench);
  await isAnnounced(workbench, /^Run 3: All \d+ tests passed\./);
  await expect(workbench.results.locator(".seed code")).not.toHaveText(seed);
  await expect(workbench.step("Step 3: ECHO, done")).toBeVisible();

  await runAgainWithTheSeed(workbench);
  await isAnnounced(workbench, /^Run 4: All \d+ tests passed\./);
  await workbench.run();
  await isAnnounced(workbench, /^Run 5: All \d+ tests passed\./);
});

test("the run that confirms another can be stopped", async ({ page, workbench }) => {
  await failOnceAtTheEndOfATest(workbench);
  const letOn = await holdBackFreshRuns(page);
  await workbench.write(solution("echo"));
  await runAgainWithTheSeed(workbench);
  await workbench.hasVerdict("Starting…", "Now it runs with fresh ones");
  await workbench.stopButton.click();
  await workbench.hasVerdict("Stopped", "The step is done once it passes with fresh ones.");
  await expect(workbench.results.getByText(/^The last complete run: All \d+ tests passed$/)).toBeVisible();
  await expect(workbench.step("Step 3: ECHO, done")).toHaveCount(0);
  letOn();

  await workbench.run();
  await workbench.hasVerdict(/^All \d+ tests passed$/);
  await expect(workbench.verdict).not.toContainText("seed");
  await expect(workbench.step("Step 3: ECHO, done")).toBeVisible();
});

test("who changes the code of a run that goes on is told so", async ({ workbench }) => {
  await workbench.open("get");
  await workbench.judge(endlessLoop);
  await workbench.isRunning();
  await workbench.editor.typeAtTheTop("# more\n");
  await expect(workbench.verdict).toContainText("Your code has changed since this run began.");
  await workbench.stopButton.click();
  await workbench.hasVerdict("Stopped");
});

test("a click on Run ten times starts one run", async ({ workbench }) => {
  const requests: string[] = [];
  workbench.page.on("request", (request) => {
    if (request.url().endsWith("/api/run")) requests.push(request.url());
  });
  await workbench.write(slowFourLines(0.5));
  await workbench.runButton.click({ clickCount: 10 });
  await workbench.hasVerdict("All 2 tests passed");
  await expect(workbench.liveRegion).toHaveText(/^Run 1: /);
  expect(requests).toHaveLength(1);
});

test("a double click on Stop starts no other run, and a key that is held starts one", async ({ page, workbench }) => {
  const requests: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/run")) requests.push(request.url());
  });
  await workbench.write(endlessLoop);
  await workbench.run();
  await workbench.isRunning();
  await workbench.stopButton.dblclick();
  await workbench.hasVerdict("Stopped");
  expect(requests).toHaveLength(1);
  await workbench.write(slowFourLines(0.5));
  await workbench.runButton.focus();
  for (let times = 0; times < 5; times++) await page.keyboard.down("Enter");
  await page.keyboard.up("Enter");
  await workbench.hasVerdict("All 2 tests passed");
  expect(requests).toHaveLength(2);
});

test("Run is Stop while a run goes on, in the same place", async ({ page, workbench }) => {
  await workbench.open("get");
  await workbench.write(endlessLoop);
  const place = await workbench.runButton.boundingBox();
  await workbench.run();
  await workbench.isRunning();
  await expect(workbench.stopButton).toHaveCount(1);
  await expect(workbench.runButton).toHaveAccessibleName(/^Stop/);
  expect(await workbench.runButton.boundingBox()).toEqual(place);
  const answer = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/api/run"));
  await workbench.stopButton.click();
  await answer;
  await workbench.hasVerdict("Stopped", "Your code is as it was");
  await expect(workbench.runButton).toHaveAccessibleName(/^Run tests/);
  await expect(workbench.runButton).toBeFocused();
});

test("no code at all is not run", async ({ workbench }) => {
  await workbench.judge("");
  await workbench.hasVerdict("Not run", "There is no code yet");
});

test("64 KiB are run, one byte more is not", async ({ workbench }) => {
  const max = 64 * 1024;
  const filled = (bytes: number) => `${fourLines}#`.padEnd(bytes - 1, "x") + "\n";
  await workbench.judge(filled(max + 1));
  await workbench.hasVerdict("Not run", "The program has 65537 bytes");
  await workbench.judge(filled(max));
  await workbench.hasVerdict("All 2 tests passed");
  await workbench.isSaved();
  await workbench.reload();
  await workbench.editor.expectText(filled(max));
});

/** A program that answers ECHO with `reply`, a line of Python. */
const echo = (reply: string) =>
  `import zlib\n${solution("echo").replace("        return bulk(words[1])", reply)}`;

/** A program that answers ECHO for these values only, given as checksums. */
const echoOnly = (values: string[]) =>
  echo(`        known = zlib.crc32(words[1]) in {${values.join(", ")}}
        return bulk(words[1]) if known else b"+unknown\\r\\n"`);

/**
 * Runs a program that fails one test, at its last value, so that it sees the others; returns the run's
 * seed and the values' checksums.
 */
async function failOnceAtTheEndOfATest(
  workbench: Workbench,
): Promise<{ seed: string; values: string[] }> {
  await workbench.open("echo");
  await workbench.judge(
    echo(`        print("value", zlib.crc32(words[1]), flush=True)
        return b"+blanks\\r\\n" if words[1].endswith(b"  ") else bulk(words[1])`),
  );
  await workbench.hasVerdict(/^1 of \d+ tests failed$/);
  const seed = await workbench.results.locator(".seed code").innerText();
  await workbench.showOutput();
  await expect(workbench.output).toContainText(/value \d+/);
  const written = await workbench.output.innerText();
  await workbench.results.getByRole("tab", { name: /^Test results/ }).click();
  const values = [...written.matchAll(/value (\d+)/g)].map((match) => match[1]!);
  return { seed, values };
}

async function isAnnounced(workbench: Workbench, words: RegExp): Promise<void> {
  await expect(workbench.liveRegion).toHaveText(words, { timeout: 30_000 });
}

async function runAgainWithTheSeed(workbench: Workbench): Promise<void> {
  await workbench.results.getByRole("button", { name: "Run again with this seed" }).click();
}

/** Delays each run with fresh values until the returned function is called. */
async function holdBackFreshRuns(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/run", async (route) => {
    if (route.request().postDataJSON().request.seed === null) await released;
    // The run may have been stopped meanwhile.
    await route.continue().catch(() => {});
  });
  return release;
}
