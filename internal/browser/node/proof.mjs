// The lead saves a proof that a decision is in the log, and its raw record, as files.
import { join } from 'node:path';
import { run } from './lib.mjs';

await run(async (desk) => {
  const page = await desk.as('lee');
  await page.goto('/queue?q=decision:block+rule:ssn-never-leaves');
  await page.locator('tr[data-row] a[data-open]').first().click();
  for (const [link, file] of [['Inclusion proof', 'decision.tlog-proof'], ['Raw record', 'record.json']]) {
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: link }).click()]);
    desk.check(/^[A-Za-z0-9.-]+$/.test(saved.suggestedFilename()), `${link} is saved as ${saved.suggestedFilename()}`);
    await saved.saveAs(join(process.env.OUT, file));
  }
});
