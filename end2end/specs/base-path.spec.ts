// The whole site under a path, as schools have it: behind their proxy, and without a name of its own.
import { OwnServer } from "../fixtures/own_server.ts";
import { solution } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

let server: OwnServer;

test.beforeAll(async () => {
  server = await OwnServer.start({ CODEALONG_BASE_PATH: "/learn" });
  await server.takesRuns();
});

test.afterAll(() => server.stop());

test("a learner goes from the first page to a verdict and on", async ({ page, workbench }) => {
  await page.goto(`${server.url}/learn`);
  await page.getByRole("link", { name: "Start: Listen on port 6379" }).click();
  await expect(page).toHaveURL(`${server.url}/learn/courses/redis/listen`);
  await workbench.answers();
  await workbench.judge(solution("listen"));
  await workbench.hasVerdict("All 2 tests passed");
  await workbench.results.getByRole("link", { name: /^Next step/ }).click();
  await expect(page).toHaveURL(`${server.url}/learn/courses/redis/ping`);
  await expect(workbench.guide.getByRole("heading", { level: 1 })).toHaveText("Answer PING");
  await page.keyboard.press("Alt+Period");
  await expect(page).toHaveURL(`${server.url}/learn/courses/redis/echo`);
  await page.goBack();
  await page.goBack();
  await expect(page).toHaveURL(`${server.url}/learn/courses/redis/listen`);
  await workbench.hasVerdict("All 2 tests passed");
  await page.reload();
  await workbench.answers();
  await expect(workbench.guide.getByRole("heading", { level: 1 })).toHaveText("Listen on port 6379");
});

test("the console finds its server, and each page the others", async ({ page, workbench }) => {
  await page.goto(`${server.url}/learn/courses/redis/ping`);
  await workbench.answers();
  await workbench.write(solution("ping"));
  await workbench.showConsole();
  await workbench.type("PING");
  await expect(workbench.consoleReplies).toHaveText(["PONG"]);
  await page.getByRole("link", { name: "CodeAlong, all courses" }).click();
  await expect(page).toHaveURL(`${server.url}/learn/`);
  await page.getByRole("link", { name: "Build Your Own Redis in Python" }).click();
  await expect(page).toHaveURL(`${server.url}/learn/courses/redis`);
  await page.goBack();
  await expect(page).toHaveURL(`${server.url}/learn/`);
});

test("a page that is opened without the path is found below it", async ({ page, workbench }) => {
  await page.goto(`${server.url}/courses/redis/ping`);
  await expect(page).toHaveURL(`${server.url}/learn/courses/redis/ping`);
  await workbench.answers();
  await expect(workbench.guide.getByRole("heading", { level: 1 })).toHaveText("Answer PING");
  await workbench.guide.getByRole("link", { name: /^Next step/ }).click();
  await expect(page).toHaveURL(`${server.url}/learn/courses/redis/echo`);
  await expect(workbench.guide.getByRole("heading", { level: 1 })).toHaveText("Answer ECHO");
});
