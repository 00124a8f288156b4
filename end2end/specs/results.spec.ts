import { breakRuns } from "../fixtures/network.ts";
import { fourLines, mistake, solution } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

const CHARACTERS = mistake("bytes", "length_of_the_text");

/** Its second PING on a connection breaks in one line, its second client in another. */
const twoFaults = `import socket

server = socket.create_server(("localhost", 6379))
clients = 0
while True:
    client, _ = server.accept()
    clients += 1
    if clients > 1:
        raise ValueError("the second fault")
    pings = 0
    while client.recv(1024):
        pings += 1
        if pings > 1:
            raise ValueError("the first fault")
        client.sendall(b"+PONG\\r\\n")
`;

test("a line that is found after the verdict is the one that the result leads to", async ({
  workbench,
}) => {
  await workbench.open("bytes");
  const failed = workbench.result("counts the length in bytes");
  // On a busy machine the time for it may run out.
  await expect(async () => {
    await workbench.judge(CHARACTERS);
    await workbench.hasVerdict(/^1 of \d+ tests failed$/);
    await expect(failed.getByRole("button", { name: "Go to line 19" })).toBeVisible();
  }).toPass({ timeout: 50_000 });
  await expect(failed.locator("summary")).toContainText("line 19");
});

test("a failed test shows what was expected above what came, byte by byte", async ({
  workbench,
}) => {
  await workbench.open("bytes");
  await workbench.judge(CHARACTERS);
  await workbench.hasVerdict(/^1 of \d+ tests failed$/);
  const failed = workbench.result("counts the length in bytes");
  await expect(failed).toHaveAttribute("open", "");
  const bytes = failed.getByRole("group", { name: "Expected and received bytes" });
  await expect(bytes.getByRole("definition").nth(0)).toContainText("$");
  await expect(bytes.getByRole("definition").nth(1)).toContainText("↑ byte 1");
  await expect(bytes.locator("mark")).toHaveCount(2);

  const views = failed.getByRole("group", { name: "Show bytes as" });
  await expect(views.getByRole("button", { name: "Escaped" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await expect(bytes).toContainText("\\r\\n");
  await views.getByRole("button", { name: "Hex" }).click();
  await expect(bytes).toContainText("0d 0a");
  await views.getByRole("button", { name: "Text" }).click();
  await expect(bytes).not.toContainText("0d 0a");
});

test("what a real client printed stands beside what it should have, below what was run", async ({
  workbench,
}) => {
  await workbench.open("hello");
  await workbench.judge(mistake("hello", "hangs_up"));
  await workbench.hasVerdict(/^1 of \d+ tests failed$/);
  const failed = workbench.result("works with redis-py, with an old version and a new one");
  await expect(failed).toContainText("What was run");
  await expect(failed.locator("pre").first()).toContainText("client = redis.Redis(port=PORT)");
  const bytes = failed.getByRole("group", { name: "Expected and received bytes" });
  await expect(bytes.getByRole("definition").nth(0)).toContainText("True");
  await expect(bytes.getByRole("definition").nth(1)).toContainText("ConnectionError");
  await expect(failed.locator(".trace")).toContainText("redis-py connected");
});

test("the sentence that helps is the largest text, and stands there once", async ({ workbench }) => {
  await workbench.open("bytes");
  await workbench.judge(CHARACTERS);
  await workbench.hasVerdict(/^1 of \d+ tests failed$/);
  const leads = workbench.results.locator(".lead-sentence");
  await expect(leads).toHaveCount(1);
  const sentence = await leads.innerText();
  const failed = workbench.result("counts the length in bytes");
  await expect(failed).not.toContainText(sentence);
  await expect(failed.locator(".message")).toBeVisible();
  const largest = await workbench.results.evaluate((results) => {
    const sizes = [...results.querySelectorAll(".body *")]
      .filter((element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE))
      .filter((element) => !element.closest(".lead-sentence"))
      .map((element) => parseFloat(getComputedStyle(element).fontSize));
    return Math.max(...sizes);
  });
  const size = (element: Element) => parseFloat(getComputedStyle(element).fontSize);
  expect(await leads.evaluate(size)).toBeGreaterThan(largest);

  // The second failure says its own in the same form.
  await workbench.open("listen");
  await workbench.judge("import socket\n\n1 / 0\n");
  await workbench.hasVerdict("2 of 2 tests failed", "line 3 raised");
  const second = workbench.result("lets a second client connect");
  await second.getByText("lets a second client connect").click();
  await expect(second.locator(".lead-sentence")).toContainText("line 3 raised");
  expect(await second.locator(".lead-sentence").evaluate(size)).toBe(await leads.first().evaluate(size));
});

test("only the first failure opens its note; another one opens on demand", async ({ workbench }) => {
  await workbench.open("ping");
  await workbench.judge(twoFaults);
  await workbench.hasVerdict(/tests failed$/);
  const { notes, marksInTheMargin } = workbench.editor;
  await expect(marksInTheMargin).toHaveCount(2);
  await expect(notes).toHaveCount(1);
  await expect(notes).toContainText(["the first fault"]);
  const frame = (await workbench.code.locator(".editor").boundingBox())!;
  expect((await notes.boundingBox())!.height).toBeLessThanOrEqual(frame.height / 4);

  const closed = workbench.code.locator(".glyph-broken:not(.is-open)");
  await closed.click();
  await expect(notes).toHaveCount(2);
  await expect(closed).toHaveCount(0);
  await marksInTheMargin.nth(1).click();
  await expect(notes).toHaveCount(1);
  await expect(notes).toContainText(["the second fault"]);
});

test("the exchange of a test is a time line, with each message decoded and in bytes", async ({
  workbench,
}) => {
  await workbench.open("get");
  await workbench.judge(solution("get"));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
  const shared = workbench.result("shares the data between clients");
  await shared.getByText("shares the data").click();
  const rows = shared.getByRole("list").getByRole("listitem");
  await expect(rows.first()).toContainText("client 1 connected");
  const set = rows.filter({ hasText: "client to program: " }).first();
  await expect(set).toContainText(/^\s*\d+\.\d/);
  await expect(set).toContainText(/client 1\s*SET \S+ \S+/);
  await expect(set).toContainText(String.raw`*3\r\n$3\r\nSET\r\n`);
  await expect(rows.filter({ hasText: "program to client: " }).first()).toContainText(/"?OK"?/);
  await expect(rows.filter({ hasText: "client 2" }).first()).toBeVisible();
  await expect(rows.filter({ hasText: "client 1 closed its connection" })).toHaveCount(1);
  // A lane begins and ends with its connection, and the signs are explained.
  await expect(shared.locator(".lane.begins")).toHaveCount(2);
  await expect(shared.locator(".lane.ends")).toHaveCount(2);
  await expect(shared.locator(".trace-legend")).toHaveText(/^opened.*client to program.*closed$/s);
  await expect(shared.getByText(/^\d+(\.\d)? m?s$/).first()).toBeVisible();
});

test("a line that Python names in its output leads to the editor", async ({ page, workbench }) => {
  await workbench.open("listen");
  await workbench.judge("import socket\n\n1 / 0\n");
  await workbench.hasVerdict("2 of 2 tests failed", "line 3 raised");
  await workbench.showOutput();
  await workbench.output.getByRole("button", { name: "line 3" }).first().click();
  await expect(workbench.editor.input).toBeFocused();
  await page.keyboard.type("# here\n");
  await expect.poll(() => workbench.editor.text()).toContain("\n# here\n1 / 0\n");
});

test("the earliest broken step comes first", async ({ workbench }) => {
  await workbench.open("echo");
  await workbench.judge(fourLines);
  await workbench.hasVerdict(/tests failed$/);
  const groups = workbench.results.getByRole("heading", { level: 2 });
  await expect(groups.first()).toContainText("Step 2 ·");
  await expect(workbench.result("answers PING with +PONG").first()).toHaveAttribute("open", "");
});

test("a line of the traceback leads to the line in the editor", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.judge("import socket\n\n\ndef listen():\n    raise ValueError('no')\n\n\nlisten()\n");
  await workbench.hasVerdict("2 of 2 tests failed", "line 5 raised");
  const failed = workbench.result("listens on port 6379");
  await expect(failed.getByText("Traceback, your own lines")).toBeVisible();
  await failed.getByRole("button", { name: "line 8", exact: true }).click();
  await expect(workbench.editor.input).toBeFocused();
  await workbench.page.keyboard.type("# here\n");
  await expect.poll(() => workbench.editor.text()).toContain("\n# here\nlisten()\n");
});

test("the line is found where it went since the run", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.judge("import socket\n\nraise ValueError('no')\n");
  await workbench.hasVerdict("2 of 2 tests failed", "line 3 raised");
  await workbench.editor.typeAtTheTop("# one\n# two\n");
  const failed = workbench.result("listens on port 6379");
  await failed.getByRole("button", { name: "Go to line 3" }).click();
  await expect(workbench.editor.input).toBeFocused();
  await workbench.page.keyboard.type("# here\n");
  await expect.poll(() => workbench.editor.text()).toContain("\n# here\nraise ValueError");
});

test("the line is found where it went since the run, after a reload too", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.judge("import socket\n\nraise ValueError('no')\n");
  await workbench.hasVerdict("2 of 2 tests failed", "line 3 raised");
  await workbench.reload();
  await expect(workbench.editor.notes).toContainText(["line 3 raised"]);
  await workbench.editor.typeAtTheTop("# one\n# two\n");
  await workbench.isSaved();
  await workbench.reload();
  await expect(workbench.editor.notes).toContainText(["line 3 raised"]);
  const failed = workbench.result("listens on port 6379");
  await failed.getByRole("button", { name: "Go to line 3" }).click();
  await expect(workbench.editor.input).toBeFocused();
  await workbench.page.keyboard.type("# here\n");
  await expect.poll(() => workbench.editor.text()).toContain("\n# here\nraise ValueError");
});

test("a run without a verdict leaves the report of the one before", async ({
  page,
  workbench,
  trouble,
}) => {
  trouble.expectLostServer();
  await workbench.open("bytes");
  await workbench.judge(CHARACTERS);
  await workbench.hasVerdict(/^1 of \d+ tests failed$/);
  const note = workbench.editor.notes;
  await expect(note).toHaveCount(1);
  await breakRuns(page);
  await workbench.run();
  await workbench.hasVerdict("No verdict: our fault");
  await expect(workbench.results.getByText(/^The last complete run: 1 of \d+ tests failed$/)).toBeVisible();
  await expect(workbench.result("counts the length in bytes")).toHaveAttribute("open", "");
  await expect(note).toHaveCount(1);
  await page.unroute("**/api/run");
  await workbench.verdict.getByRole("button", { name: "Try again" }).click();
  await workbench.hasVerdict(/^1 of \d+ tests failed$/);
  await expect(workbench.results.getByText(/^The last complete run/)).toHaveCount(0);
});

test("who looks at the output sees how a run ended, and after a pass the way on", async ({
  workbench,
}) => {
  await workbench.open("listen");
  await workbench.showOutput();
  await workbench.judge("print('still here')\n");
  const tab = workbench.results.getByRole("tab", { name: /^Test results/ });
  await expect(tab).toHaveAccessibleName(/, failed$/);
  await expect(workbench.output).toContainText("still here");
  await workbench.judge(fourLines);
  await expect(workbench.results.getByRole("link", { name: "Next step: PING" })).toBeVisible();
});

test("what the program wrote has a tab of its own, in its own colours", async ({ workbench }) => {
  await workbench.open("listen");
  const tab = workbench.results.getByRole("tab", { name: /^Program output/ });
  await workbench.showOutput();
  await expect(workbench.results.getByText(/appears here after a run/)).toBeVisible();
  await workbench.results.getByRole("tab", { name: /^Test results/ }).click();
  await workbench.judge(`print("\\x1b[31mred\\x1b[0m <b>&amp;")\n${fourLines}`);
  await workbench.hasEnded();
  await expect(tab).toHaveAccessibleName(/^Program output ?, with something new$/);
  await workbench.showOutput();
  await expect(workbench.output).toContainText("red <b>&amp;");
  await expect(workbench.output.locator("b")).toHaveCount(0);
  const [red, ink] = await Promise.all(
    [workbench.output.getByText("red", { exact: true }).first(), workbench.output].map((part) =>
      part.evaluate((element) => getComputedStyle(element).color),
    ),
  );
  expect(red).not.toBe(ink);
});

test("output without end is cut, and it says so", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.judge(`print("x" * 79 + "\\n", end="", flush=True)\n`.repeat(1) +
    `for _ in range(20000):\n    print("y" * 79)\n${fourLines}`);
  await workbench.hasEnded();
  await workbench.showOutput();
  await expect(workbench.results.getByRole("note")).toContainText("left out in the middle");
});

test("a run can be made again with its seed", async ({ workbench }) => {
  await workbench.open("echo");
  await workbench.judge(solution("echo"));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
  const seed = workbench.results.locator(".seed code");
  const first = await seed.innerText();
  await workbench.results.getByRole("button", { name: "Run again with this seed" }).click();
  await expect(workbench.liveRegion).toHaveText(/^Run 2: All/);
  await expect(seed).toHaveText(first);
  await workbench.hasVerdict(/^All \d+ tests passed$/);
  await workbench.run();
  await expect(workbench.liveRegion).toHaveText(/^Run 3: All/);
  await expect(seed).not.toHaveText(first);
});

test("the verdict says when it is about other code", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await expect(workbench.verdict).not.toContainText("Your code has changed");
  await workbench.editor.typeAtTheTop("# more\n");
  await expect(workbench.verdict).toContainText("Your code has changed since this run.");
});

test("the last report outlives a reload", async ({ workbench }) => {
  await workbench.open("bytes");
  await workbench.judge(CHARACTERS);
  await workbench.hasVerdict(/^1 of \d+ tests failed$/);
  await workbench.reload();
  await workbench.hasVerdict(/^1 of \d+ tests failed$/);
  await expect(workbench.result("counts the length in bytes")).toHaveAttribute("open", "");
});
