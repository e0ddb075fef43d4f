// Every page of the console, as somebody sees it who may see all of it.
import { run } from './lib.mjs';
import { look } from './look.mjs';

await run(async (desk) => {
  const page = await desk.as('ada', { refusals: [400, 404] });
  const first = async (url, selector) => {
    await page.goto(url);
    return page.locator(selector).first().getAttribute('href');
  };
  await page.goto('/holds');
  await page.getByLabel('Client').fill('billing-export');
  await page.getByLabel('Incident').fill('INC-2041');
  await page.getByLabel('Reason').fill('Kept for the review of the export, counsel asked');
  await page.getByRole('button', { name: 'Place the hold' }).click();
  await page.locator('p.notice', { hasText: 'Hold placed' }).waitFor();

  // The map tells what left, not what was found: phones were masked.
  await page.goto('/data-map');
  const phones = page.locator('tr[data-row]').filter({ has: page.getByRole('link', { name: 'Contact.MobilePhone' }) });
  desk.check((await phones.locator('td[data-label="Risk"]').innerText()) === 'contained', 'the data map says that masked telephone numbers left');
  const diagnoses = page.locator('tr[data-row]').filter({ has: page.getByRole('link', { name: 'Contact.Diagnosis__c' }) });
  desk.check((await diagnoses.locator('td[data-label="Risk"]').first().innerText()) === 'contained', 'the data map says that diagnoses of refused requests left');

  const decision = await first('/queue?q=decision:block+rule:ssn-never-leaves+status:open', 'tr[data-row] a[data-open]');
  const group = await first('/cases', 'tr[data-row] a[data-open]');
  const policy = await first('/policy', 'tr[data-row] a[data-open]');
  const pages = [
    ['overview', '/', { dark: true }],
    ['overview-week', '/?span=7d'],
    ['queue', '/queue', { dark: true }],
    ['queue-empty', '/queue?q=client:nobody'],
    ['queue-error', '/queue?q=descision:block'],
    ['decision', decision, { dark: true }],
    ['cases', '/cases'],
    ['case', group],
    ['exceptions', '/exceptions'],
    ['exception-form', '/exceptions?rule=ssn-never-leaves&client=ehr-sync'],
    ['data-map', '/data-map?span=30d', { dark: true }],
    ['clients', '/clients'],
    ['policies', '/policy'],
    ['policy', policy],
    ['access', '/access'],
    ['holds', '/holds'],
    ['users', '/users'],
    ['help', '/help'],
    ['account', '/account'],
    ['not-found', '/nowhere'],
  ];
  for (const [name, url, options] of pages) {
    await page.goto(url);
    await page.locator('h1').first().waitFor();
    await look(desk, page, name, options);
  }
});
