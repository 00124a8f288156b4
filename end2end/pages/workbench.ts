import { type Locator, type Page, expect } from "@playwright/test";

import { Monaco } from "./monaco.ts";
import { Watch } from "./watch.ts";

export type State = "not run yet" | "waiting" | "running" | "passed" | "failed" | "not run" | "not asked for";

/** A step's page: the guide, the editor, the results. */
export class Workbench {
  readonly guide: Locator;
  readonly code: Locator;
  readonly results: Locator;
  readonly editor: Monaco;
  /** The text field that Monaco replaces once the page is hydrated. */
  readonly plainField: Locator;
  readonly runButton: Locator;
  readonly stopButton: Locator;
  /** The notices about the browser's storage, under the bar. */
  readonly notices: Locator;
  /** What a screen reader announces of each run. */
  readonly liveRegion: Locator;

  constructor(readonly page: Page) {
    this.guide = page.getByRole("region", { name: "Guide", exact: true });
    this.code = page.getByRole("region", { name: "Code", exact: true });
    this.results = page.getByRole("region", { name: "Results", exact: true });
    this.editor = new Monaco(page, this.code);
    this.plainField = this.code.getByRole("textbox", { name: "Program", exact: true });
    this.runButton = this.code.getByRole("button", { name: /^(Run tests|Stop|Loading…)/ });
    // On a narrow page it is in the results.
    this.stopButton = page.getByRole("button", { name: /^Stop/ });
    this.notices = page.locator(".notices");
    // Monaco has regions of its own.
    this.liveRegion = page.getByRole("status").and(page.locator("p"));
  }

  /** Opens a step and waits until the page is ready. */
  async open(step = "listen", origin = ""): Promise<void> {
    await this.page.goto(`${origin}/courses/redis/${step}`);
    await this.isReady();
  }

  /** Waits until the page is hydrated and the editor is there. */
  async isReady(): Promise<void> {
    await expect(this.page.locator("html[data-hydrated]")).toBeAttached({ timeout: 30_000 });
    // On a narrow page it comes once its tab is chosen.
    if (!(await this.code.isVisible())) return;
    await expect(this.page.locator(".editor-host .inputarea")).toBeAttached({ timeout: 30_000 });
  }

  /** Waits only until the page is hydrated. */
  async answers(): Promise<void> {
    await expect(this.page.locator("html[data-hydrated]")).toBeAttached({ timeout: 30_000 });
  }

  /** Waits until another step is shown: its address changes before its content does. */
  async shows(title: string): Promise<void> {
    await expect(this.guide.getByRole("heading", { level: 1 })).toHaveText(title);
    await this.isReady();
  }

  async chooseTheme(theme: string): Promise<void> {
    const button = this.page.getByRole("button", { name: /^Theme: / });
    await expect(async () => {
      await button.click();
      await expect(button).toHaveAccessibleName(`Theme: ${theme}`, { timeout: 500 });
    }).toPass();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.isReady();
  }

  async showGuide(): Promise<void> {
    await this.showPanel("Guide");
  }

  async showCode(): Promise<void> {
    await this.showPanel("Code");
  }

  /** On a narrow page, tabs show one panel at a time. */
  private async showPanel(name: string): Promise<void> {
    const tab = this.page.getByRole("tab", { name, exact: true });
    if (await tab.isVisible()) await tab.click();
  }

  /** Opens the earlier code and brings one of its versions back. */
  async bringBack(title: string): Promise<void> {
    await this.earlierCode.click();
    const dialog = this.page.getByRole("dialog", { name: "Earlier code" });
    await dialog.getByRole("button", { name: `Bring back: ${title}`, exact: true }).click();
    await expect(dialog).toBeHidden();
  }

  get earlierCode(): Locator {
    return this.code.getByRole("button", { name: "Earlier code…" });
  }

  async showOutput(): Promise<void> {
    await this.results.getByRole("tab", { name: /^Program output/ }).click();
  }

  async showConsole(): Promise<void> {
    await this.results.getByRole("tab", { name: /^Console/ }).click();
  }

  /** What was sent in the console, and what came. */
  get consoleLog(): Locator {
    return this.results.getByRole("log");
  }

  /** The replies in the console, without what is told about them. */
  get consoleReplies(): Locator {
    return this.consoleLog.locator(".is-reply > code");
  }

  get consoleInput(): Locator {
    return this.results.locator("#console-input");
  }

  /** Types a line in the console and sends it. */
  async type(line: string): Promise<void> {
    await this.consoleInput.fill(line);
    await this.consoleInput.press("Enter");
  }

  /** A recorded test, while its tab is shown. */
  get watch(): Watch {
    return new Watch(this.page, this.results.getByRole("tabpanel", { name: "Watch" }));
  }

  /** Watches a test, from its result. */
  async startToWatch(name: string): Promise<Watch> {
    const result = this.result(name);
    if ((await result.getAttribute("open")) === null) await result.locator("summary").first().click();
    // Of the first that failed, the verdict offers it.
    const inResult = result.getByRole("button", { name: "Watch it" });
    const inVerdict = this.verdict.getByRole("button", { name: "Watch it" });
    await inResult.or(inVerdict).first().waitFor();
    await ((await inResult.count()) > 0 ? inResult : inVerdict).click();
    await expect(this.watch.scrubber).toBeVisible({ timeout: 30_000 });
    return this.watch;
  }

  async write(program: string): Promise<void> {
    await this.showCode();
    await this.editor.replaceAll(program);
  }

  /** The button that runs one test, in the guide. */
  runOnly(name: string): Locator {
    return this.guide.getByRole("button", { name: `Run only this test: ${name}`, exact: true });
  }

  async run(): Promise<void> {
    await this.runButton.click();
  }

  async runByKey(): Promise<void> {
    await this.editor.focus();
    await this.page.keyboard.press("ControlOrMeta+Enter");
  }

  /** Writes a program and runs its tests. */
  async judge(program: string): Promise<void> {
    await this.write(program);
    await this.run();
  }

  /** The draft is in the browser's storage. */
  async isSaved(): Promise<void> {
    await expect(this.code.getByText("Saved", { exact: true })).toBeVisible();
  }

  /** Whether a run's tests are running right now. */
  async runs(): Promise<boolean> {
    return this.verdict.getByText(/^Running · /).isVisible();
  }

  async isRunning(): Promise<void> {
    await expect(this.verdict.getByText(/^Running · /)).toBeVisible({ timeout: 30_000 });
  }

  /** The verdict has this headline, and below it this sentence. */
  async hasVerdict(headline: string | RegExp, sentence?: string | RegExp): Promise<void> {
    await expect(this.verdict.locator(".headline").getByText(headline)).toBeVisible({ timeout: 30_000 });
    if (sentence !== undefined) await expect(this.verdict).toContainText(sentence);
  }

  /** The run is finished, however it ended. */
  async hasEnded(): Promise<void> {
    await expect(this.liveRegion).toHaveText(/^Run \d+: (?!Starting|Waiting)/, { timeout: 30_000 });
    await expect(this.runButton).toHaveAccessibleName(/^Run tests/, { timeout: 30_000 });
  }

  /** A step's circle in the bar. */
  step(name: string): Locator {
    return this.page.getByRole("navigation", { name: "Steps", exact: true }).getByRole("link", { name });
  }

  /** A test's result, which unfolds. */
  result(name: string): Locator {
    return this.results.locator("details.case").filter({ hasText: name });
  }

  /** What the program wrote, while its tab is shown. */
  get output(): Locator {
    return this.results.getByRole("tabpanel", { name: /^Program output/ });
  }

  get verdict(): Locator {
    return this.results.locator(".verdict");
  }

  /** A test's line in the guide. */
  check(name: string): Locator {
    return this.guide.getByRole("listitem").filter({ hasText: name });
  }

  async expectCheck(name: string, state: State): Promise<void> {
    const word = this.check(name).getByText(`: ${state}`, { exact: true });
    await expect(word, `"${name}" is ${state}`).toBeAttached({ timeout: 30_000 });
  }

  /**
   * Records every change of the checks' states from now on, however brief; the returned function
   * returns the record.
   */
  async watchChecks(): Promise<() => Promise<string[][]>> {
    const list = await this.guide.getByRole("list").filter({ hasText: ": not run yet" }).elementHandle();
    const seen = await this.page.evaluateHandle((list) => {
      const states = () =>
        [...list!.querySelectorAll("li")].map(
          (line) => /: (not run yet|not run|not asked for|waiting|running|passed|failed)/.exec(line.textContent!)![1]!,
        );
      const seen = [states()];
      new MutationObserver(() => seen.push(states())).observe(list!, {
        childList: true,
        characterData: true,
        subtree: true,
      });
      return seen;
    }, list);
    return () => seen.jsonValue();
  }
}
