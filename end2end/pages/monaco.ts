import { type Locator, type Page, expect } from "@playwright/test";

/** The editor, used as people use it: by keyboard and clipboard. */
export class Monaco {
  readonly input: Locator;

  constructor(
    readonly page: Page,
    readonly panel: Locator,
  ) {
    this.input = panel.getByRole("textbox", { name: /^Program\./ });
  }

  async focus(): Promise<void> {
    await this.input.focus();
    await expect(this.input).toBeFocused();
  }

  /** Types before the whole text, key by key. */
  async typeAtTheTop(text: string): Promise<void> {
    await this.focus();
    await this.page.keyboard.press("ControlOrMeta+Home");
    await this.page.keyboard.type(text);
  }

  /** Replaces the whole text: select all, paste. */
  async replaceAll(text: string): Promise<void> {
    await this.focus();
    await this.page.keyboard.press("ControlOrMeta+a");
    if (text === "") {
      await this.page.keyboard.press("Delete");
      return;
    }
    await this.input.evaluate((input, pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", pasted);
      input.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
      );
    }, text);
  }

  /** The whole text, as select all and copy give it. */
  async text(): Promise<string> {
    await this.focus();
    await this.page.keyboard.press("ControlOrMeta+a");
    const copied = await this.input.evaluate((input) => {
      const clipboardData = new DataTransfer();
      input.dispatchEvent(
        new ClipboardEvent("copy", { clipboardData, bubbles: true, cancelable: true }),
      );
      return clipboardData.getData("text/plain");
    });
    await this.page.keyboard.press("ControlOrMeta+Home");
    return copied.replaceAll("\r\n", "\n");
  }

  async expectText(text: string): Promise<void> {
    await expect(async () => expect(await this.text()).toBe(text)).toPass({ timeout: 15_000 });
  }

  /** The margin's icons beside broken lines. */
  get marksInTheMargin(): Locator {
    return this.panel.locator(".glyph-broken");
  }

  /** The notes below broken lines. */
  get notes(): Locator {
    return this.panel.locator(".line-note");
  }
}
