import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { coloursOf, launchChromium } from './chromium.ts';
import { startApp, type StartedApp } from './started-app.ts';

const SCREENSHOTS = 'test/browser/screenshots';

// answers are looked into freely
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

/** The page's; this project's types know of no browser. */
declare const sessionStorage: { getItem(name: string): string | null };

/** As GraphiQL stores it. */
interface TabState {
  readonly tabs: readonly { readonly query: string | null; readonly variables: string | null }[];
  readonly activeTabIndex: number;
}

describe('given the application as npm start starts it, and a browser', () => {
  let app: StartedApp;
  let browser: Browser;
  let page: Page;
  /** What beforeAll came to open. */
  const toClose: (() => Promise<void>)[] = [];
  /** Requests to elsewhere, errors on the console, violations of the policy. */
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    toClose.push(() => browser.close());
    app = await startApp();
    toClose.push(() => app.stop());
    page = await browser.newPage({ viewport: { width: 1440, height: 860 } });
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (origin !== app.url && protocol !== 'data:') faults.push(`a request to ${request.url()}`);
    });
    page.on('requestfailed', (request) => {
      const { errorText } = request.failure() ?? { errorText: '' };
      // a page that is left or loaded anew gives up what it was still loading
      if (errorText !== 'net::ERR_ABORTED') faults.push(`${request.url()}: ${errorText}`);
    });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) faults.push(message.text());
    });
    await page.goto(`${app.url}/graphql`);
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  }, 180_000);

  afterAll(async () => {
    for (const close of toClose) await close();
  });

  /** Opens a tab, presses the play button, and gives what the server answers and the page then shows. */
  async function run(tab: string, shown: string): Promise<Data> {
    await page.getByRole('button', { name: tab, exact: true }).click();
    await page.locator('.graphiql-query-editor').getByText(tab).first().waitFor();
    const [response] = await Promise.all([
      page.waitForResponse(`${app.url}/graphql`),
      page.getByRole('button', { name: /execute query/i }).click(),
    ]);
    const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
    expect(errors).toBeUndefined();
    await page.locator('.graphiql-response').getByText(shown).first().waitFor();
    return data;
  }

  it('when the docs are opened, then they show the schema', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByRole('link', { name: 'Mutation', exact: true }).first().click();
    await docs.getByText('Books a visit and reserves its units').waitFor();
    await page.getByRole('button', { name: 'Hide Documentation Explorer' }).click();
  });

  it('when FindPeople has not been run, then BookVisit says so, and sends nothing', async () => {
    await page.getByRole('button', { name: 'BookVisit', exact: true }).click();
    await page.locator('.graphiql-query-editor').getByText('BookVisit').first().waitFor();
    await page.getByRole('button', { name: /execute query/i }).click();
    await page.locator('.graphiql-response').getByText('run the tab FindPeople').waitFor();
  });

  it('when LogIn is run, then its token is taken over into the box', async () => {
    const { login } = await run('LogIn', 'PRACTITIONER');

    expect(await page.getByLabel('Access token').inputValue()).toBe(login.accessToken);
    await page.getByText(/Sent with every request, valid until/).waitFor();
  });

  it('when BookVisit is run twice, then one visit is booked, and its units are held', async () => {
    const { patients } = await run('FindPeople', 'Leo');
    const authorizations = patients.nodes[0].authorizations.nodes as { status: string; availableUnits: number }[];
    const before = authorizations.find(({ status }) => status === 'ACTIVE')!;
    const { createAppointment: booked } = await run('BookVisit', 'unitsReserved');
    const { createAppointment: again } = await run('BookVisit', 'unitsReserved');

    expect(booked).toMatchObject({ status: 'SCHEDULED', unitsReserved: 4 });
    expect(booked.authorization.availableUnits).toBe(before.availableUnits - 4);
    expect(again).toEqual(booked);
    await screenshot('booked');
  });

  it('when a past visit is entered and completed, then the ledger and the session tell of it', async () => {
    await run('EnterPastVisit', 'SCHEDULED');
    const { completeAppointment: session } = await run('CompleteVisit', 'unitsUsed');
    const { authorization, appointment } = await run('LookBack', 'CONSUME');

    expect(session).toMatchObject({ status: 'COMPLETED', unitsUsed: 3, unitsUnauthorized: 0 });
    expect(authorization).toMatchObject({ availableUnits: session.authorization.availableUnits });
    expect(appointment).toMatchObject({ status: 'COMPLETED', session: { unitsUsed: 3 } });
    await screenshot('completed');
  });

  it('when the page is loaded again, then token and tabs are still there', async () => {
    // GraphiQL stores tabs and editors half a second late, each for itself: until they agree it would open the tab once more
    await page.waitForFunction(() => {
      const stored = (name: string) => sessionStorage.getItem(`graphiql:${name}`) ?? '';
      const { tabs, activeTabIndex } = JSON.parse(stored('tabState')) as TabState;
      const { query, variables } = tabs[activeTabIndex]!;
      return query?.includes('LookBack') && query === stored('query') && (variables ?? '') === stored('variables');
    });
    await page.reload();
    await page.getByText(/Sent with every request/).waitFor();
    await run('LookBack', 'CONSUME');
  });

  it('when a header is written by hand, then it counts, not the token', async () => {
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .monaco-editor').first().click();
    await page.keyboard.insertText('{ "Authorization": "Bearer of-nobody" }');
    await page.getByRole('button', { name: /execute query/i }).click();
    await page.locator('.graphiql-response').getByText('UNAUTHENTICATED').first().waitFor();
    await page.getByText(/Sent with every request/).waitFor();
  });

  it('when it starts over, then nobody is signed in', async () => {
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.getByText('Not signed in').waitFor();
    expect(await page.getByLabel('Access token').inputValue()).toBe('');
  });

  it('then nothing was loaded from elsewhere, and nothing complained', () => {
    expect(faults).toEqual([]);
  });

  /** Kept for the eye. A page that stayed blank has next to no colours; this one has letters with smooth edges. */
  async function screenshot(name: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    const png = await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
    expect(await coloursOf(browser, png)).toBeGreaterThan(100);
  }
});
