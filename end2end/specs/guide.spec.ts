import { expect, test } from "../fixtures/test.ts";

test("the cheat sheet is as it was left, in the next step and after a reload", async ({ page, workbench }) => {
  await workbench.open("set");
  const sheet = workbench.guide.getByRole("group", { name: "Cheat sheet", exact: true });
  await workbench.guide.getByText("Cheat sheet").click();
  await expect(sheet).toBeVisible();
  await workbench.guide.getByRole("link", { name: /^Next step/ }).click();
  await expect(page).toHaveURL("/courses/redis/get");
  await expect(sheet).toBeVisible();
  await page.reload();
  await workbench.answers();
  await expect(sheet).toBeVisible();
  await workbench.guide.getByText("Cheat sheet").click();
  await expect(sheet).toBeHidden();
  await page.reload();
  await workbench.answers();
  await expect(sheet).toBeHidden();
});

test("Esc hides the definition of the word that has the focus", async ({ page, workbench }) => {
  await workbench.open("lists");
  const definition = workbench.guide.getByRole("tooltip").filter({ hasText: "Any bytes" });
  await workbench.guide.getByRole("button", { name: "bulk string", exact: true }).focus();
  await expect(definition).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(definition).toBeHidden();
});

test("a definition is whole in the narrowest guide", async ({ page, workbench }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await workbench.open("lists");
  await workbench.showGuide();
  for (const word of await workbench.guide.locator(".term").all()) {
    await word.focus();
    const definition = workbench.guide.locator(".definition:visible");
    await expect(definition).toBeVisible();
    const box = await definition.boundingBox();
    expect(box?.x ?? -1).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(320);
  }
});
