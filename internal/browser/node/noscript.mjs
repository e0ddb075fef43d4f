// Without JavaScript: sign in, find a decision in the queue, judge it, and log off.
import { run, said, signIn } from './lib.mjs';

await run(async (desk) => {
  const page = await desk.open({ javaScriptEnabled: false });
  await page.goto('/queue');
  await signIn(page, 'anna');
  await page.getByRole('searchbox').or(page.locator('#filter')).last().fill('decision:block status:open client:ehr-sync');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.locator('tr[data-row]').first().waitFor();
  await page.locator('tr[data-row] a[data-open]').first().click();
  await page.getByLabel('True positive').check();
  await page.getByLabel('Reason').fill('Patient data where the job does not need it');
  await page.getByRole('button', { name: 'Decide', exact: true }).click();
  await said(page, '1 verdict recorded');
  await page.locator('.events', { hasText: 'True positive' }).waitFor();

  await page.goto('/queue');
  const second = page.getByRole('link', { name: 'Older' });
  if (await second.count() > 0) {
    await second.click();
    await page.locator('tr[data-row]').first().waitFor();
  }
  await page.getByRole('button', { name: 'Log off' }).click();
  await page.getByText('You are signed off').waitFor();
  await page.goto('/queue');
  desk.check(new URL(page.url()).pathname === '/login', 'the session goes on after logging off');
});
