import { breakRuns, holdBack } from "../fixtures/network.ts";
import { endlessLoop, mistake, solution } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

const OVERWRITTEN = "gets the latest value";

test("a failed test is watched from the line that decided, back to where its values came from", async ({
  page,
  workbench,
}) => {
  await workbench.open("get");
  await workbench.judge(mistake("get", "first_value_stays"));
  await workbench.hasVerdict(/tests? failed$/);
  const watch = await workbench.startToWatch(OVERWRITTEN);
  await expect(watch.line).toContainText("return bulk(store.get(arguments[0]))");
  await expect(watch.place).toHaveText(/^line \d+ in answer, about to run$/);
  await expect(watch.valuesInEditor.first()).toContainText("store = {b'");
  await expect(watch.scrubber).toBeFocused();
  const store = watch.value("store", "main.py");
  await expect(store).toHaveText(/^{b'.+': b'.+'}$/);
  const old = await store.innerText();

  // Into the function, and out again with what it returns.
  await page.keyboard.press("ArrowRight");
  await expect(watch.place).toHaveText(/^line \d+ in bulk, about to run$/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(watch.line).toContainText("returns b'$");
  await page.keyboard.press("ArrowLeft");
  await expect(watch.line).not.toContainText("returns");

  // Where the wrong value came from: the line before it is the one to change.
  await watch.panel.getByRole("button", { name: "store", exact: true }).click();
  await expect(watch.line).toContainText("store.setdefault(key, value)");
  await expect(store).toHaveText("{}");
  await page.keyboard.press("ArrowRight");
  await expect(store).toHaveText(old);
  await watch.panel.getByRole("button", { name: /^Back to step \d+$/ }).click();
  await expect(watch.place).toHaveText(/^line \d+ in bulk, about to run$/);
  // An exchange leads to its moment.
  await watch.panel.locator(".trace .is-received").first().getByRole("button", { name: /^\d+\.\d$/ }).click();
  await expect(watch.line).toContainText("client.sendall(answer(words))");
  await watch.scrubber.press("Home");
  await expect(watch.line).toContainText("import socket");
  await expect(watch.button("Step back")).toBeDisabled();
  await expect(watch.panel).toContainText(/step 1 of \d+/);

  await watch.button("Close").click();
  await expect(workbench.verdict).toBeVisible();
  await expect(watch.valuesInEditor).toHaveCount(0);
  await expect(workbench.results.getByRole("tab", { name: "Watch" })).toBeHidden();
});

test("what passed on the wire is told apart from what is still to come", async ({ page, workbench }) => {
  await workbench.open("ping");
  await workbench.judge(solution("ping"));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
  const watch = await workbench.startToWatch("answers PING with +PONG");
  const toCome = watch.panel.locator(".trace .is-to-come");
  await watch.scrubber.press("Home");
  await expect(toCome).not.toHaveCount(0);
  // From event to event: a request, its reply …
  const before = await toCome.count();
  await page.keyboard.press("PageDown");
  await expect.poll(() => toCome.count()).toBeLessThan(before);
  await page.keyboard.press("End");
  await watch.button("Play").click();
  await expect(watch.button("Pause")).toBeVisible();
  await expect(watch.panel).toContainText(/step [2-9] of /);
  await watch.button("Pause").click();
  await expect(watch.button("Play")).toBeVisible();
});

test("threads, what is printed and what is raised are seen where they happen", async ({ workbench }) => {
  await workbench.open("ping");
  await workbench.judge(
    [
      "import socket, threading",
      "def serve(client):",
      "    while data := client.recv(1024):",
      '        print("got", data)',
      "        number = int(data)",
      'server = socket.create_server(("localhost", 6379))',
      "while True:",
      "    client, _ = server.accept()",
      "    threading.Thread(target=serve, args=(client,)).start()",
    ].join("\n"),
  );
  await workbench.hasVerdict(/tests failed$/);
  const watch = await workbench.startToWatch("answers PING with +PONG");
  await expect(watch.line).toContainText("raises ValueError");
  await expect(watch.place).toHaveText("line 5 in serve");
  await expect(watch.panel.getByText(/^Thread-\d \(serve\)$/)).toBeVisible();
  await expect(watch.value("data", "serve()")).toHaveText("b'*1\\r\\n$4\\r\\nPING\\r\\n'");
  await watch.button("Previous event").click();
  await expect(watch.line).toContainText("prints got b'*1");
});

test("a recording is of the program that was judged, whatever is typed since", async ({ workbench }) => {
  await workbench.open("get");
  await workbench.judge(mistake("get", "first_value_stays"));
  await workbench.hasVerdict(/tests? failed$/);
  await workbench.write(`# new\n${solution("get")}`);
  const watch = await workbench.startToWatch(OVERWRITTEN);
  await expect(watch.panel).toContainText("the code in the editor is another");
  await expect(watch.line).toContainText("return bulk(store.get(arguments[0]))");
  await expect(watch.valuesInEditor).toHaveCount(0);

  // A run is not held up, and the recording stays until it is closed.
  await workbench.run();
  await workbench.hasEnded();
  await expect(workbench.results.getByRole("tab", { name: "Watch" })).toBeVisible();
});

test("a run comes before a recording that is still to be made, and whoever writes goes on", async ({
  page,
  workbench,
}) => {
  await workbench.open("ping");
  await workbench.judge(mistake("ping", "one_reply"));
  await workbench.hasVerdict(/tests? failed$/);
  const release = await holdBack(page, /\/api\/run$/);
  const button = workbench.verdict.getByRole("button", { name: "Watch it" });
  await button.dblclick();
  await expect(workbench.watch.panel).toContainText("Making the test again, line by line…");
  await expect(workbench.watch.panel).toBeFocused();
  await workbench.runByKey();
  await expect(workbench.verdict).toBeVisible();
  await expect(page.locator(".editor-host .inputarea")).toBeFocused();
  release();
  await workbench.hasVerdict(/tests? failed$/);
  await expect(workbench.results.getByRole("tab", { name: "Watch" })).toBeHidden();
});

test("a recording that was closed before it came does not come back", async ({ page, workbench }) => {
  await workbench.open("ping");
  await workbench.judge(mistake("ping", "one_reply"));
  await workbench.hasVerdict(/tests? failed$/);
  const release = await holdBack(page, /\/api\/run$/);
  await workbench.verdict.getByRole("button", { name: "Watch it" }).click();
  await workbench.watch.button("Close").click();
  await expect(workbench.verdict).toBeVisible();
  release();
  await workbench.run();
  await workbench.hasEnded();
  await expect(workbench.results.getByRole("tab", { name: "Watch" })).toBeHidden();
});

test("a crash on a later request is watched where it happens", async ({ page, workbench }) => {
  await workbench.open("echo");
  await workbench.judge(
    [
      "import socket",
      'REPLIES = {b"PING": b"+PONG\\r\\n"}',
      "def answer(words):",
      "    return REPLIES[words[0]]",
      'server = socket.create_server(("localhost", 6379))',
      "client, _ = server.accept()",
      "while data := client.recv(1024):",
      '    client.sendall(answer(data.split(b"\\r\\n")[2::2]))',
    ].join("\n"),
  );
  await workbench.hasVerdict(/tests failed$/);
  const watch = await workbench.startToWatch("echoes a word");
  await expect(watch.line).toContainText("raises KeyError: b'ECHO'");
  await expect(watch.line).toContainText("line 4 in answer");
  // The click on a text leaves the keys to the player.
  await watch.line.click();
  await page.keyboard.press("ArrowLeft");
  await expect(watch.line).not.toContainText("raises");
});

test("where the server can't record, the page says so, and tries again", async ({ page, trouble, workbench }) => {
  trouble.expectLostServer();
  await workbench.open("ping");
  await workbench.judge(mistake("ping", "one_reply"));
  await workbench.hasVerdict(/tests? failed$/);
  await breakRuns(page);
  await workbench.results.getByRole("button", { name: "Watch it" }).first().click();
  await expect(workbench.watch.panel).toContainText("No recording");
  await page.unroute("**/api/run");
  await workbench.watch.button("Try again").click();
  await expect(workbench.watch.scrubber).toBeVisible({ timeout: 30_000 });
});

test("a loop without end is watched by its last steps", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.judge(endlessLoop);
  await workbench.hasVerdict(/failed$/);
  const watch = await workbench.startToWatch("listens on port 6379");
  await expect(watch.panel).toContainText(/These are the last steps: \d+ more came before them\./);
});
