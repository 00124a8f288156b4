import { fileURLToPath } from "node:url";

import { takePicture } from "../fixtures/pictures.ts";
import { mistake } from "../fixtures/programs.ts";
import { expect, test } from "../fixtures/test.ts";

const README = fileURLToPath(new URL("../pictures/workbench.png", import.meta.url));

test("the picture of the README", async ({ page, workbench }) => {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await workbench.open("bytes");
  await workbench.judge(mistake("bytes", "length_of_the_text"));
  await workbench.hasVerdict(/tests failed$/);
  await expect(workbench.check("counts the length in bytes")).toContainText("failed");
  await takePicture(page, "workbench");
  if (process.env.CODEALONG_REFRESH_PICTURES === "1") {
    await page.screenshot({ path: README, animations: "disabled" });
  }
});
