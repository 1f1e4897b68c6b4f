import type { Locator, Page } from 'playwright-core';

export interface SentFile {
  readonly name: string;
  readonly text: string;
}

/** One chat client on the playground's page. */
export class ClientOnPage {
  readonly #client: Locator;

  constructor(page: Page, name: 'Slack' | 'Microsoft Teams') {
    this.#client = page.getByRole('region', { name, exact: true });
  }

  async say(text: string): Promise<void> {
    const box = this.textbox();
    await box.fill(text);
    await box.press('Enter');
  }

  /** The newest message that shows this, once it is there. */
  async message(text: string | RegExp): Promise<MessageOnPage> {
    const found = this.#client.locator('li[data-message]', { hasText: text }).last();
    await found.waitFor();
    const id = await found.getAttribute('data-message');
    return new MessageOnPage(this.#client.locator(`li[data-message="${id}"]`), id ?? '');
  }

  /** Goes to another conversation of this client. */
  async openConversation(title: string | RegExp): Promise<void> {
    await this.place(title).click();
  }

  /** Writes in the thread of a message. */
  async reply(message: MessageOnPage, text: string): Promise<void> {
    const box = this.#client.getByRole('textbox', { name: 'Reply in the thread' });
    await message.beginReply();
    await box.fill(text);
    await box.press('Enter');
  }

  /** Picks files for the next message of the conversation. */
  async attach(...files: readonly SentFile[]): Promise<void> {
    const compose = this.#client.locator('.compose');
    const chosen = files.map(({ name, text }) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) }));
    await compose.locator('input[type="file"]').setInputFiles(chosen);
    if (files.length > 0) await compose.getByRole('list', { name: 'Files to send' }).waitFor();
  }

  /** Waits until the list of conversations says how much is unread there. */
  async hasUnread(title: string | RegExp, count: number): Promise<void> {
    await this.place(title)
      .filter({ hasText: `${count} unread` })
      .waitFor();
  }

  place(title: string | RegExp): Locator {
    return this.#client.getByRole('navigation').getByRole('button', { name: title });
  }

  places(): Promise<readonly string[]> {
    return this.#client.getByRole('navigation').getByRole('button').allTextContents();
  }

  textbox(): Locator {
    return this.#client.getByRole('textbox', { name: /^Message to / });
  }

  button(name: string | RegExp): Locator {
    return this.#client.getByRole('button', { name });
  }

  /** Chooses a shortcut beside the message field. */
  async chooseShortcut(name: string): Promise<void> {
    await this.button('Shortcuts').first().click();
    await this.#client.getByRole('menuitem', { name }).click();
  }

  /** What the client itself says, e.g. instead of sending something. */
  async says(text: string | RegExp): Promise<void> {
    await this.#client.getByRole('status').getByText(text).waitFor();
  }

  /** All that this client shows. */
  text(): Promise<string | null> {
    return this.#client.textContent();
  }
}

/** One message, which stays the same one when it is edited. */
export class MessageOnPage {
  readonly id: string;
  readonly #message: Locator;

  constructor(message: Locator, id: string) {
    this.#message = message;
    this.id = id;
  }

  /** Waits until the message says this. */
  async becomes(text: string | RegExp): Promise<void> {
    await this.#message.filter({ hasText: text }).waitFor();
  }

  /** Whether it stands in the thread of another message. */
  async isInThread(): Promise<boolean> {
    return (await this.#message.and(this.#message.page().locator('.thread li')).count()) > 0;
  }

  async beginReply(): Promise<void> {
    await this.#message.hover();
    await this.#message.getByRole('button', { name: 'Reply in thread' }).click();
  }

  /** Chooses a shortcut in the menu of the message. */
  async chooseShortcut(name: string): Promise<void> {
    await this.#message.hover();
    await this.button('More actions').click();
    await this.#message.getByRole('menuitem', { name }).click();
  }

  button(name: string | RegExp): Locator {
    return this.#message.getByRole('button', { name }).or(this.#message.getByRole('link', { name }));
  }

  cell(name: string | RegExp): Locator {
    return this.#message.getByRole('cell', { name });
  }

  async choose(option: string | RegExp): Promise<void> {
    const list = this.#message.getByRole('combobox');
    const shown = await list.getByRole('option', { name: option }).textContent();
    await list.selectOption({ label: shown ?? '' });
  }
}
