// A lead judges a whole case and several decisions at once, confirms an analyst's verdict, and saves a view.
import { run, said } from './lib.mjs';
import { look } from './look.mjs';

await run(async (desk) => {
  const page = await desk.as('lee', { refusals: [422] });

  // A case: one client, one rule, one value.
  await page.goto('/cases');
  const open = page.locator('tr[data-row]').filter({ hasText: 'ssn-never-leaves' }).first();
  const n = Number(await open.locator('td[data-label="Open"]').innerText());
  desk.check(n >= 2, `the case has ${n} open decisions`);
  await open.locator('a[data-open]').click();
  await page.getByLabel('False positive').check();
  await page.getByLabel('Reason').fill('A record number of the old system, see OPS-21');
  await page.getByRole('button', { name: 'Continue' }).click();
  await look(desk, page, 'case-confirm');
  await page.getByRole('button', { name: `Record ${n} verdicts` }).click();
  await said(page, `${n} verdicts recorded`);
  await page.getByText('None of these decisions is open').waitFor();

  // Several at once, chosen with the keyboard: three rows, a verdict, its reason, and a look at all three before.
  await page.goto('/queue?q=decision:alert+status:open');
  for (const key of ['j', 'x', 'j', 'x', 'j', 'x']) await page.keyboard.press(key);
  await page.locator('[data-chosen]', { hasText: '3 chosen' }).waitFor();
  await look(desk, page, 'queue-chosen', { window: true });
  await page.keyboard.press('b');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Judge 3 decisions at once' }).waitFor();
  await page.getByRole('button', { name: 'Record 3 verdicts' }).waitFor();
  await look(desk, page, 'bulk-confirm');
  await page.getByLabel('Reason').fill('Permitted for this job, see OPS-22');
  await page.getByRole('button', { name: 'Record 3 verdicts' }).click();
  await said(page, '3 verdicts recorded');

  // Assigned to the analyst, several at once.
  await page.goto('/queue?q=decision:alert+status:open');
  for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
  await page.getByLabel('Assign to').selectOption('anna');
  await page.getByRole('button', { name: 'Assign', exact: true }).click();
  await said(page, '2 decisions assigned');

  // The second person of a verdict on what a rule with second_review did.
  await page.goto('/queue?q=rule:identity-with-diagnosis+status:awaiting_second');
  await page.locator('tr[data-row] a[data-open]').first().click();
  await page.getByRole('heading', { name: 'Second person' }).waitFor();
  await look(desk, page, 'decision-second');
  await page.getByRole('button', { name: 'Confirm', exact: true }).click();
  await said(page, 'Verdict confirmed');

  // A view for everybody.
  await page.goto('/queue?q=detector:us_ssn+after:-7d');
  await page.getByText('Save this filter as a view').click();
  await page.getByLabel('Name', { exact: true }).fill('Social security numbers');
  await page.getByLabel('for everybody').check();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await said(page, 'View saved');
  const analyst = await desk.as('anna');
  await analyst.goto('/queue');
  await analyst.getByRole('link', { name: 'Social security numbers' }).click();
  await analyst.waitForURL(/us_ssn/);
});
