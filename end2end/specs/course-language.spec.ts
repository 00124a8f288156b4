import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { ROOT } from "../fixtures/own_server.ts";
import { fourLines } from "../fixtures/programs.ts";
import { takePicture } from "../fixtures/pictures.ts";
import { expect, test } from "../fixtures/test.ts";

const INSTRUCTIONS = `פתחו שקע בפורט 6379 בעזרת \`socket.create_server\` וקבלו לקוח אחד.

- קודם מאזינים
- אחר כך מקבלים

\`\`\`python
server = socket.create_server(("localhost", 6379))
\`\`\`

> **רמז.** הלקוח מדבר ראשון.
`;

test("a course that is written from right to left stands so among ours", async ({
  page,
  workbench,
  startServer,
}) => {
  const folder = await mkdtemp(path.join(tmpdir(), "codealong-course-"));
  const course = path.join(folder, "redis");
  const change = async (file: string, from: RegExp, to: string) => {
    const text = await readFile(path.join(course, file), "utf8");
    expect(text).toMatch(from);
    await writeFile(path.join(course, file), text.replace(from, to));
  };
  try {
    await cp(path.join(ROOT, "curriculum/redis"), course, { recursive: true });
    await change("course.toml", /^title = .*$/m, 'title = "בנו רדיס בעצמכם"\nlanguage = "he"');
    await change("listen/step.toml", /^title = .*$/m, 'title = "מאזינים"');
    await change("listen/step.toml", /^goal = .*$/m, 'goal = "השרת שלכם מקבל לקוחות."');
    await change("listen/tests.py", /listens on port 6379/, "מאזין בפורט 6379");
    await writeFile(path.join(course, "listen/instructions.md"), INSTRUCTIONS);
    const server = await startServer({ CODEALONG_CURRICULUM: folder });
    await server.takesRuns();

    await page.goto(`${server.url}/courses/redis`);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    const title = page.getByRole("heading", { level: 1 });
    await expect(title).toHaveAttribute("lang", "he");
    await expect(title).toHaveCSS("direction", "rtl");

    await workbench.open("listen", server.url);
    const prose = workbench.guide.locator(".prose").first();
    await expect(prose).toHaveAttribute("lang", "he");
    await expect(prose).toHaveCSS("direction", "rtl");
    await expect(workbench.guide.locator(".goal")).toHaveCSS("border-right-width", "3px");
    await expect(prose.locator("pre")).toHaveCSS("direction", "ltr");
    await expect(prose.locator("p code").first()).toHaveCSS("direction", "ltr");
    await workbench.judge(fourLines);
    await workbench.hasVerdict("All 2 tests passed");
    const name = workbench.results.getByText("מאזין בפורט 6379");
    await expect(name).toHaveCSS("direction", "rtl");
    await expect(workbench.verdict).toHaveCSS("direction", "ltr");
    await takePicture(page, "course-language");
  } finally {
    await rm(folder, { recursive: true });
  }
});
