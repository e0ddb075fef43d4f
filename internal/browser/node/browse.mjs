// Looking around in the queue: the parts of a page that change without the page being loaded again, the browser's way
// back, the search box, and the pill that tells what came since. Meanwhile the gate goes on deciding.
import { origin, run, tabTo } from './lib.mjs';

const count = async (page) => Number((await page.locator('[data-count]').innerText()).replaceAll(',', '').match(/\d+/)[0]);

await run(async (desk) => {
  const page = await desk.as('anna', { refusals: [400] });
  await page.clock.install();
  await page.goto('/queue');
  const all = await count(page);
  await page.evaluate(() => { window.sameDocument = true; });

  // A facet narrows the list in place; the address follows, and the browser's buttons lead back and forth.
  await page.locator('.facets a:visible', { hasText: 'billing-export' }).click();
  await page.waitForURL(/client%3Abilling-export|client:billing-export/);
  await page.locator('.facets a[aria-current]:visible', { hasText: 'billing-export' }).waitFor();
  desk.check(await page.evaluate(() => window.sameDocument === true), 'a facet loads the whole page');
  const some = await count(page);
  desk.check(some > 0 && some < all, `the facet narrows ${all} decisions to ${some}`);
  const clients = await page.locator('tr[data-row] a[data-open]').allInnerTexts();
  desk.check(clients.every((c) => c === 'billing-export'), `of billing-export the list shows ${[...new Set(clients)]}`);
  await page.goBack();
  await page.waitForURL(`${origin}/queue`);
  await page.locator('.facets a:not([aria-current]):visible', { hasText: 'billing-export' }).waitFor();
  await page.goForward();
  await page.locator('.facets a[aria-current]:visible', { hasText: 'billing-export' }).waitFor();

  // A filter that cannot be read is told beside it, with the place; what was typed stays.
  await page.keyboard.press('/');
  await page.locator('#filter:focus').waitFor();
  await page.keyboard.type('client:ehr-* descision:block');
  await page.keyboard.press('Enter');
  await page.locator('#filter-error', { hasText: 'decision' }).waitFor();
  desk.check(await page.locator('#filter').inputValue() === 'client:ehr-* descision:block', 'the filter that was typed is lost');
  desk.check(await page.locator('#filter').getAttribute('aria-invalid') === 'true', 'the filter is not marked as wrong');

  // The search box takes a decision's ID.
  await page.goto('/queue');
  const href = await page.locator('tr[data-row] a[data-open]').first().getAttribute('href');
  const id = href.match(/\/decisions\/([^?]+)/)[1];
  await tabTo(page, page.locator('#search'));
  await page.keyboard.type(id);
  await page.keyboard.press('Enter');
  await page.waitForURL((u) => u.pathname === `/decisions/${id}`);

  // What came since is told, and r shows it. The clock is turned on instead of waited for.
  await page.goto('/queue');
  const first = await page.locator('tr[data-row] a[data-open]').first().getAttribute('href');
  const pill = page.locator('[data-poll]');
  desk.check(await pill.isHidden(), 'the pill is there before anything is new');
  for (let i = 0; i < 5 && await pill.isHidden(); i++) {
    await new Promise((later) => { setTimeout(later, 1500); });
    await page.clock.runFor(15_000);
  }
  await pill.waitFor();
  desk.check(/\d+ new/.test(await pill.innerText()), `the pill says ${await pill.innerText()}`);
  desk.check((await page.locator('#live').textContent()).includes('new'), 'what is new is not said aloud');
  await page.keyboard.press('r');
  await page.locator('[data-poll]').waitFor({ state: 'hidden' });
  desk.check(await page.locator('tr[data-row] a[data-open]').first().getAttribute('href') !== first, 'the newest decision is not shown');
});
