import { expect, test } from "../fixtures/test.ts";
import { Workbench } from "../pages/workbench.ts";
import { holdBack } from "../fixtures/network.ts";
import { endlessLoop, fourLines, solution, starter } from "../fixtures/programs.ts";

test("what is typed is kept within a second, and is there after a reload", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.editor.typeAtTheTop("# mine\n");
  await workbench.isSaved();
  await workbench.reload();
  await workbench.editor.expectText(`# mine\n${starter()}`);
});

test("what is typed in the last moment is kept too", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.write("last = 'words'\n");
  await workbench.reload();
  await workbench.editor.expectText("last = 'words'\n");
});

test("a reload in mid-run leaves the draft, and the next run works", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.judge(endlessLoop);
  await workbench.isRunning();
  await workbench.reload();
  await workbench.editor.expectText(endlessLoop);
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
});

test("a step opens with the program of the step before", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.judge(fourLines);
  await workbench.hasVerdict("All 2 tests passed");
  await workbench.open("ping");
  await workbench.editor.expectText(fourLines);
  await workbench.write(solution("ping"));
  await workbench.isSaved();
  await workbench.open("listen");
  await workbench.editor.expectText(fourLines);
});

test("two tabs on two steps keep both drafts", async ({ context, workbench }) => {
  const other = new Workbench(await context.newPage());
  await workbench.open("listen");
  await other.open("ping");
  await workbench.write("left = 1\n");
  await other.write("right = 2\n");
  await workbench.isSaved();
  await other.isSaved();
  await workbench.reload();
  await other.reload();
  await workbench.editor.expectText("left = 1\n");
  await other.editor.expectText("right = 2\n");
});

test("two tabs on one step: what was not touched follows the other", async ({
  context,
  workbench,
}) => {
  const other = new Workbench(await context.newPage());
  await workbench.open("listen");
  await other.open("listen");
  await workbench.write("left = 1\n");
  await workbench.isSaved();
  await other.editor.expectText("left = 1\n");
  const fromElsewhere = other.code.getByText("Typed in another tab", { exact: true });
  await expect(fromElsewhere).toBeVisible();
  // Longer than it takes to keep a draft: this one is the other tab's to keep.
  await other.page.waitForTimeout(1000);
  await expect(fromElsewhere).toBeVisible();
  await other.editor.typeAtTheTop("# here\n");
  await other.isSaved();
  await expect(workbench.code.getByText("Typed in another tab", { exact: true })).toBeVisible();
});

test("two tabs on one step: what was typed in both is lost in neither", async ({
  context,
  workbench,
}) => {
  const other = new Workbench(await context.newPage());
  // Its timers stand still, so it keeps nothing yet of what is typed there.
  await other.page.addInitScript(() => {
    const { setTimeout } = window;
    window.setTimeout = ((call: () => void, delay?: number) =>
      delay === 400 ? 0 : setTimeout(call, delay)) as typeof window.setTimeout;
  });
  await other.open("listen");
  await workbench.open("listen");
  await other.write("right = 2\n");
  await workbench.write("left = 1\n");
  await workbench.isSaved();
  const notice = other.code.getByRole("alert");
  await expect(notice).toContainText("You typed other code for this step in another tab.");
  await other.editor.expectText("right = 2\n");
  await notice.getByRole("button", { name: "Take the other tab's code" }).click();
  await other.editor.expectText("left = 1\n");
  await other.code.getByRole("button", { name: "Bring back my code" }).click();
  await other.editor.expectText("right = 2\n");
});

test.describe("on a slow network", () => {
  test("what is typed before the page's program has come is kept", async ({ page, workbench }) => {
    const letProgramCome = await holdBack(page, /\.wasm$/);
    await page.goto("/courses/redis/listen", { waitUntil: "commit" });
    await expect(workbench.plainField).toHaveValue(starter());
    await expect(workbench.runButton).toHaveAccessibleName(/^Loading…/);
    await expect(workbench.runButton).toBeDisabled();
    await workbench.plainField.fill("early = 'bird'\n");
    letProgramCome();
    await workbench.isReady();
    await workbench.editor.expectText("early = 'bird'\n");
    await workbench.isSaved();
    await workbench.reload();
    await workbench.editor.expectText("early = 'bird'\n");
  });

  test("the kept draft stands there before the page's program has come", async ({
    page,
    workbench,
  }) => {
    await workbench.open("listen");
    await workbench.write("kept = True\n");
    await workbench.isSaved();
    const letProgramCome = await holdBack(page, /\.wasm$/);
    await page.reload({ waitUntil: "commit" });
    await expect(workbench.plainField).toHaveValue("kept = True\n");
    letProgramCome();
    await workbench.isReady();
    await workbench.editor.expectText("kept = True\n");
  });
});

test("where the page's program can't be loaded, a notice says so", async ({ page, trouble }) => {
  trouble.expect(/request failed: GET \S+\.wasm/, /net::ERR_FAILED/, /page error: /, /wasm/i);
  await page.route(/\.wasm$/, (route) => route.abort());
  await page.goto("/courses/redis/listen");
  const notice = page.getByRole("alert");
  await expect(notice).toContainText("The page's program could not be loaded");
  await page.unroute(/\.wasm$/);
  await notice.getByRole("button", { name: "Reload" }).click();
  await new Workbench(page).isReady();
});
