import { solution } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";
import type { Workbench } from "../pages/workbench.ts";

/** Opens a step, and has the first reply of its solution in the console. */
async function startToTalk(workbench: Workbench): Promise<void> {
  await workbench.open("ping");
  await workbench.write(solution("ping"));
  await workbench.showConsole();
  await workbench.type("PING");
  await expect(workbench.consoleReplies).toHaveText(["PONG"]);
}

test("a learner talks to the server, edits it, and starts it again", async ({ workbench }) => {
  await workbench.open("get");
  await workbench.write(solution("get"));
  await workbench.showConsole();
  await expect(workbench.results).toContainText("Talk to your own server");
  await workbench.results.getByRole("button", { name: "Start your program" }).click();
  await expect(workbench.results.getByRole("status").first()).toHaveText("Running");

  await workbench.type("SET a 1");
  await expect(workbench.consoleReplies).toHaveText(["OK"]);
  await workbench.type('SET b "two words"');
  await workbench.type("GET b");
  await expect(workbench.consoleReplies).toHaveText(["OK", "OK", '"two words"']);
  await workbench.type("NONSENSE");
  await expect(workbench.consoleReplies.last()).toHaveText(/^\(error\) ERR unknown command/);

  await workbench.write(`${solution("get")}# another line\n`);
  await expect(workbench.results.getByRole("status").first()).toHaveText("Running older code");
  await workbench.results.getByRole("button", { name: "Restart" }).click();
  await expect(workbench.consoleLog).toContainText("started again, with the code as it is now");
  await workbench.consoleInput.press("ArrowUp");
  await workbench.consoleInput.press("ArrowUp");
  await expect(workbench.consoleInput).toHaveValue("GET b");
  await workbench.consoleInput.press("Enter");
  await expect(workbench.consoleReplies.last()).toHaveText("(nil)");

  await workbench.results.getByRole("button", { name: "End", exact: true }).click();
  await expect(workbench.results.getByRole("status").first()).toHaveText("Not running");
});

test("a reply leads to the line that sent it, and shows its bytes", async ({ workbench }) => {
  await startToTalk(workbench);
  await expect(workbench.consoleLog).toContainText(/\d ms/);
  await workbench.results.getByRole("button", { name: "Bytes" }).click();
  await expect(workbench.consoleLog).toContainText("+PONG\\r\\n");
  await expect(workbench.consoleLog).toContainText("*1\\r\\n$4\\r\\nPING\\r\\n");
  await workbench.consoleLog.getByRole("button", { name: /^line \d+$/ }).click();
  await expect(workbench.page.locator(".monaco-editor textarea, .monaco-editor .inputarea").first()).toBeFocused();
});

test("an example of the guide sends itself", async ({ workbench }) => {
  await workbench.open("get");
  await workbench.write(solution("get"));
  const example = workbench.page.locator(".code-frame", { hasText: "redis-cli SET colour" });
  await example.getByRole("button", { name: "Send" }).click();
  await expect(workbench.consoleReplies).toHaveText(["OK", '"dark blue"', "(nil)"]);
});

test("several clients are served side by side", async ({ workbench }) => {
  await workbench.open("clients");
  await workbench.write(solution("clients"));
  await workbench.showConsole();
  await workbench.type("SET a 1");
  await expect(workbench.consoleReplies).toHaveText(["OK"]);
  await workbench.results.getByRole("button", { name: "Add a client" }).click();
  await expect(workbench.consoleLog).toContainText("Client 2 is connected.");
  await workbench.type("GET a");
  await expect(workbench.consoleLog.locator('.is-reply[data-client="2"] > code')).toHaveText('"1"');
  await workbench.results.getByRole("button", { name: "Disconnect client 2" }).click();
  await workbench.type("PING");
  await expect(workbench.consoleReplies.last()).toHaveText("PONG");
});

test("half a reply, a crash and what is printed are seen as they are", async ({ workbench }) => {
  await workbench.open("ping");
  await workbench.write(
    [
      "import socket",
      'server = socket.create_server(("localhost", 6379))',
      "client, _ = server.accept()",
      "client.recv(1024)",
      'print("got a request")',
      'client.sendall(b"+PONG")',
      "client.recv(1024)",
      "1 / 0",
      "",
    ].join("\n"),
  );
  await workbench.showConsole();
  await workbench.type("PING");
  await expect(workbench.consoleLog).toContainText("so far: the reply is not whole yet");
  await workbench.type("PING");
  await expect(workbench.consoleLog).toContainText("ZeroDivisionError");
  await expect(workbench.consoleLog.getByRole("button", { name: "Go to line 8" })).toBeVisible();
  await expect(workbench.consoleLog).toContainText("got a request");
  await expect(workbench.results.getByRole("status").first()).toHaveText("Your program has ended");
});

test("bytes are sent as they are written, and quotes must fit", async ({ workbench }) => {
  await workbench.open("framing");
  await workbench.write(solution("framing"));
  await workbench.showConsole();
  await workbench.type('SET "a');
  await expect(workbench.consoleLog).toContainText("Your program has started.");
  await expect(workbench.consoleLog).toContainText("Not sent: a quote is missing");
  await workbench.results.getByLabel("Raw bytes").check();
  await workbench.type(String.raw`*1\r\n$4\r\nPI`);
  await workbench.type(String.raw`NG\r\n*1\r\n:4\r\n`);
  await expect(workbench.consoleReplies).toHaveText([
    "PONG",
    /^\(error\) ERR Protocol error: expected '\$'/,
  ]);
  await expect(workbench.consoleLog).toContainText("Your program has closed client 1's connection.");
});

test("a session that is lost is told, and a key starts another", async ({ workbench }) => {
  await startToTalk(workbench);
  const other = await workbench.page.context().newPage();
  await other.goto("/courses/redis/ping");
  await other.getByRole("tab", { name: /^Console/ }).click();
  await other.getByRole("button", { name: "Start your program" }).click();
  await expect(workbench.consoleLog).toContainText("a session in another tab of this browser took its place");
  await expect(workbench.results.getByRole("status").first()).toHaveText("Not running");
  await other.close();
  await workbench.type("PING");
  await expect(workbench.consoleReplies).toHaveText(["PONG", "PONG"]);
});

test("a connection that has died in silence is told, as after a sleep of the laptop", async ({ page, workbench }) => {
  let isDead = false;
  await page.routeWebSocket("**/api/session", (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => isDead || server.send(message));
    server.onMessage((message) => isDead || socket.send(message));
  });
  await page.clock.install();
  await startToTalk(workbench);
  isDead = true;
  await workbench.type("PING");
  await page.clock.fastForward(300_000);
  await expect(workbench.consoleLog).toContainText("The connection to the server is lost");
  await expect(workbench.results.getByRole("status").first()).toHaveText("Not running");
  isDead = false;
  await workbench.type("PING");
  await expect(workbench.consoleReplies).toHaveText(["PONG", "PONG"]);
});

test("a server that is renewed ends the session, and the next one serves on", async ({ page, workbench }) => {
  let end = () => {};
  await page.routeWebSocket("**/api/session", (socket) => {
    const server = socket.connectToServer();
    // What a server's stop does to its WebSockets.
    end = () => void socket.close({ code: 1001 });
    socket.onMessage((message) => server.send(message));
  });
  await startToTalk(workbench);
  end();
  await expect(workbench.consoleLog).toContainText("The connection to the server is lost");
  await workbench.type("PING");
  await expect(workbench.consoleReplies).toHaveText(["PONG", "PONG"]);
});

test("a failed test is played again, by the program as it is now", async ({ workbench }) => {
  await workbench.open("ping");
  await workbench.judge(solution("ping").replace("+PONG", "+PANG"));
  await workbench.hasVerdict(/tests failed$/);
  await workbench.results.getByRole("button", { name: "Play it in the console" }).first().click();
  await expect(workbench.consoleReplies).toHaveText(["PANG"]);
  await expect(workbench.consoleLog).toContainText("That is all that the test's clients did.");
});

test("keys reach the console, complete a name, and start the program", async ({ page, workbench }) => {
  await workbench.open("get");
  await workbench.write(solution("get"));
  await page.keyboard.press("Alt+4");
  await expect(workbench.consoleInput).toBeFocused();
  await page.keyboard.type("pi");
  await page.keyboard.press("Tab");
  await expect(workbench.consoleInput).toHaveValue("PING");
  await page.keyboard.press("Enter");
  await expect(workbench.consoleReplies).toHaveText(["PONG"]);
  await page.keyboard.press("Alt+r");
  await expect(workbench.consoleLog).toContainText("started again");
  // Nothing is typed that could be completed: the focus goes on.
  await page.keyboard.press("Tab");
  await expect(workbench.consoleInput).not.toBeFocused();
});

test("an idle session says when it ends, and stays for whoever is there", async ({ page, workbench }) => {
  let sayAlive = () => {};
  await page.routeWebSocket("**/api/session", (socket) => {
    const server = socket.connectToServer();
    sayAlive = () => socket.send(JSON.stringify({ event: "alive" }));
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => socket.send(message));
  });
  await page.clock.install();
  await startToTalk(workbench);
  for (let seconds = 0; seconds < 125; seconds += 25) {
    await page.clock.runFor(25_000);
    // As the server does, by a clock of its own.
    sayAlive();
    await page.evaluate(() => undefined);
  }
  const warning = workbench.results.getByText(/Nobody is typing: the session ends in \d+ s\./);
  await expect(warning).toBeVisible();
  await workbench.results.getByRole("button", { name: "Stay" }).click();
  await expect(warning).toBeHidden();
});

test("lines that are pasted are commands, and a long one arrives whole", async ({ workbench }) => {
  await workbench.open("get");
  await workbench.write(solution("get"));
  await workbench.showConsole();
  const paste = (text: string) =>
    workbench.consoleInput.evaluate((input, pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", pasted);
      input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  await paste("$ redis-cli SET a 1\n127.0.0.1:6379> GET a\n");
  await expect(workbench.consoleReplies).toHaveText(["OK", '"1"']);
  await workbench.type(`SET long ${"x".repeat(1_000_000)}`);
  await expect(workbench.consoleReplies).toHaveText(["OK", '"1"', "OK"]);
});

test("what one client waits for, another causes", async ({ workbench }) => {
  await workbench.open("blpop");
  await workbench.write(solution("blpop"));
  const example = (text: string) =>
    workbench.page.locator(".code-frame", { hasText: text }).getByRole("button", { name: "Send" });
  await example("BLPOP jobs 0").click();
  await expect(workbench.consoleLog).toContainText("BLPOP jobs 0");
  await expect(workbench.results.getByText("waits for a reply")).toBeAttached();
  await example("RPUSH jobs mail").click();
  await expect(workbench.consoleLog.locator('.is-reply[data-client="2"] > code')).toHaveText("(integer) 1");
  await expect(workbench.consoleLog.locator('.is-reply[data-client="1"] > code')).toHaveText('1) "jobs"\n2) "mail"');
});
