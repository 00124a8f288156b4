import { solution } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

const talkative = (words: string) =>
  solution("ping").replace(
    "    while client.recv(1024):\n",
    `    while request := client.recv(1024):\n        print(${words}, flush=True)\n`,
  );

test("the output stands under the tests in which it came, and what repeats is named", async ({
  workbench,
}) => {
  await workbench.open("ping");
  await workbench.judge(talkative('"got", len(request)'));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
  await workbench.showOutput();
  const headings = workbench.output.getByRole("heading", { level: 2 });
  await expect(headings).toHaveText([
    "PING · answers PING with +PONG",
    "PING · answers five PINGs on one connection",
    "PING · sends nothing after the reply",
  ]);
  await expect(workbench.output).toContainText("The same in “PING · answers the next client too”");
});

test("a long value is cut and can be shown whole; lines can be left unwrapped", async ({
  workbench,
}) => {
  await workbench.open("ping");
  await workbench.judge(talkative('"x" * 900 + "the end"'));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
  await workbench.showOutput();
  const end = workbench.output.getByText("the end");
  await expect(end.first()).toBeHidden();
  const more = workbench.output.getByRole("button", { name: "show all: 707 more characters" });
  await more.first().click();
  await expect(end.first()).toBeVisible();

  const text = workbench.output.locator("#output-text");
  const isWider = () => text.evaluate((element) => element.scrollWidth > element.clientWidth);
  expect(await isWider()).toBe(false);
  await workbench.output.getByRole("button", { name: "Wrap" }).click();
  expect(await isWider()).toBe(true);
});

test("the output can be searched", async ({ page, workbench }) => {
  await workbench.open("ping");
  await workbench.judge(talkative('"x" * 900 + "Needle"'));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
  await workbench.showOutput();
  const search = workbench.output.getByRole("searchbox", { name: "Search the output" });
  await search.fill("needle");
  const marks = workbench.output.locator("mark.found");
  await expect(workbench.output.getByText(/^\d+ places$/)).toBeVisible();
  expect(await marks.count()).toBeGreaterThan(2);
  await expect(marks.first()).toHaveClass(/is-current/);
  await page.keyboard.press("Enter");
  await expect(marks.nth(1)).toHaveClass(/is-current/);
  await expect(marks.nth(1)).toBeInViewport();
  await page.keyboard.press("Shift+Enter");
  await expect(marks.first()).toHaveClass(/is-current/);
  await search.fill("no such text");
  await expect(workbench.output.getByText("not found")).toBeVisible();
});

test("a dot says that there is something new to read, and nothing else", async ({ workbench }) => {
  const tab = workbench.results.getByRole("tab", { name: /^Program output/ });
  const results = workbench.results.getByRole("tab", { name: /^Test results/ });
  await workbench.open("ping");
  await workbench.judge(talkative('"got", len(request)'));
  await workbench.hasVerdict(/^All \d+ tests passed$/);
  await expect(tab).toHaveAccessibleName(/something new$/);
  await tab.click();
  await results.click();
  await expect(tab).toHaveAccessibleName("Program output");
  await workbench.run();
  await expect(workbench.liveRegion).toHaveText(/^Run 2: All/);
  await expect(tab).toHaveAccessibleName("Program output");
  await workbench.judge(talkative('"and now", len(request)'));
  await expect(workbench.liveRegion).toHaveText(/^Run 3: All/);
  await expect(tab).toHaveAccessibleName(/something new$/);
});
