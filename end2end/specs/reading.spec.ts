// These specs run with JavaScript and without: reading needs none.
import { STEPS } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";


test("the first page leads to the course", async ({ page, homePage }) => {
  await homePage.open();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await homePage.course("Build Your Own Redis in Python").click();
  await expect(page).toHaveURL("/courses/redis");
  await expect(page).toHaveTitle("Build Your Own Redis in Python · CodeAlong");
});

test("the first page shows what a run says, and starts the course", async ({ page, homePage }) => {
  await homePage.open();
  const demonstration = page.getByRole("figure");
  const failed = demonstration.getByText("1 of 16 tests failed");
  const passed = demonstration.getByText("All 16 tests passed");
  await expect(failed).toBeVisible();
  await expect(passed).toBeHidden();
  await page.getByRole("radio", { name: "The first try" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(passed).toBeVisible();
  await expect(failed).toBeHidden();
  await page.getByRole("link", { name: "Start: Listen on port 6379" }).click();
  await expect(page).toHaveURL("/courses/redis/listen");
});

test("the course page says what one builds and leads to each step", async ({ page, coursePage }) => {
  await coursePage.open();
  await expect(page).toHaveTitle("Build Your Own Redis in Python · CodeAlong");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Build Your Own Redis in Python");
  await expect(page.getByRole("heading", { name: "What you will build" })).toBeVisible();
  for (const step of STEPS) {
    const link = page.getByRole("main").locator(`a[href="/courses/redis/${step}"]`).first();
    await expect(link).toBeVisible();
  }
});

for (const step of STEPS) {
  test(`the step ${step} can be read`, async ({ page, workbench }) => {
    const answer = await page.goto(`/courses/redis/${step}`);
    expect(answer?.status()).toBe(200);
    await expect(page).toHaveTitle(/^Step \d+ · .+ · CodeAlong$/);
    await expect(workbench.guide.getByRole("heading", { level: 1 })).toBeVisible();
    const paragraphs = workbench.guide.getByRole("paragraph");
    expect((await paragraphs.allInnerTexts()).join(" ").length).toBeGreaterThan(400);
    const checks = workbench.guide.getByRole("listitem").filter({ hasText: ": not run yet" });
    expect(await checks.count()).toBeGreaterThanOrEqual(2);
  });
}

test("one can go from step to step", async ({ page, workbench }) => {
  await page.goto("/courses/redis/listen");
  const next = workbench.guide.getByRole("link", { name: /^Next step/ });
  const previous = workbench.guide.getByRole("link", { name: /^Previous step/ });
  await expect(previous).toHaveCount(0);
  for (const [number, step] of STEPS.entries()) {
    if (number === 0) continue;
    await next.click();
    await expect(page).toHaveURL(`/courses/redis/${step}`);
    await expect(workbench.guide.getByText(`Step ${number + 1} of ${STEPS.length}`)).toBeVisible();
  }
  await expect(next).toHaveCount(0);
  await previous.click();
  await expect(page).toHaveURL(`/courses/redis/${STEPS.at(-2)}`);
  await page.goBack();
  await expect(page).toHaveURL(`/courses/redis/${STEPS.at(-1)}`);
});

test("a word is explained where the guide first uses it", async ({ page, workbench }) => {
  await page.goto("/courses/redis/lists");
  const word = workbench.guide.getByRole("button", { name: "bulk string", exact: true });
  const definition = workbench.guide.getByRole("tooltip").filter({ hasText: "Any bytes" });
  await expect(word).toHaveCount(1);
  await expect(definition).toBeHidden();
  await word.hover();
  await expect(definition).toBeVisible();
  // The pointer may go there, say to copy from it.
  await definition.hover();
  await expect(definition).toBeVisible();
  await workbench.guide.getByRole("heading", { level: 1 }).hover();
  await expect(definition).toBeHidden();
  await word.focus();
  await expect(definition).toBeVisible();
  await expect(word).toHaveAccessibleDescription(/^Any bytes, with their number before them/);
});

test("the guide lists its parts, and leads to each", async ({ page, workbench }) => {
  await page.goto("/courses/redis/lists");
  await workbench.guide.getByText("On this page").click();
  await workbench.guide.getByRole("link", { name: "Kinds of values" }).click();
  const heading = workbench.guide.getByRole("heading", { name: "Kinds of values" });
  await expect(heading).toBeInViewport();
  await workbench.guide.getByRole("link", { name: "Stuck?" }).click();
  await expect(workbench.guide.getByRole("heading", { name: "Stuck?" })).toBeInViewport();
  await expect(heading).not.toBeInViewport();
});

test("the cheat sheet stays in sight while the guide scrolls", async ({ page, workbench }) => {
  await page.goto("/courses/redis/lists");
  const sheet = workbench.guide.getByRole("group", { name: "Cheat sheet", exact: true });
  await expect(sheet).toBeHidden();
  await workbench.guide.getByText("Cheat sheet").click();
  await expect(sheet.getByText("$5\\r\\nhello\\r\\n")).toBeInViewport();
  await workbench.guide.getByRole("heading", { name: "Stuck?" }).scrollIntoViewIfNeeded();
  await expect(sheet.getByText("$5\\r\\nhello\\r\\n")).toBeInViewport();
});

for (const address of ["/nothing", "/courses/nothing", "/courses/redis/nothing", "/courses/REDIS"]) {
  test(`${address} is not there, and says so`, async ({ page, trouble }) => {
    trouble.expectStatus(404);
    const answer = await page.goto(address);
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
    await page.getByRole("link", { name: "All courses", exact: true }).click();
    await expect(page).toHaveURL("/");
  });
}
