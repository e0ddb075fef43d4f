// An exception takes two people: the analyst asks for it from a decision, and the lead approves it. Nobody approves their
// own, whatever their role.
import { run, said } from './lib.mjs';
import { look } from './look.mjs';

// request asks for an exception as a person does who comes from a blocked decision.
async function request(page, reason) {
  await page.goto('/queue?q=decision:block+client:ehr-sync+rule:ssn-never-leaves+object:Contact+status:open,assigned,decided');
  await page.locator('tr[data-row] a[data-open]').first().click();
  await page.getByRole('link', { name: 'Request an exception' }).click();
  await page.locator('#request').getByLabel('Rule').waitFor();
  const field = async (label) => page.locator('#request').getByLabel(label, { exact: true }).inputValue();
  return {
    rule: await field('Rule'), client: await field('Client'), object: await field('Object'), field: await field('Field'),
    send: async (at = async () => {}) => {
      await page.locator('#request').getByLabel('Reason').fill(reason);
      await page.getByRole('button', { name: 'See what it would let pass' }).click();
      await page.getByRole('button', { name: 'Send the request' }).waitFor();
      await at();
      await page.getByRole('button', { name: 'Send the request' }).click();
      await said(page, 'Exception requested');
    },
  };
}

await run(async (desk) => {
  const analyst = await desk.as('anna', { refusals: [403, 422] });
  const asked = await request(analyst, 'Migration until the end of the month, agreed with the privacy office');
  desk.check(asked.rule === 'ssn-never-leaves' && asked.client === 'ehr-sync' && asked.object === 'Contact' && asked.field === 'SSN__c',
    `the request is prefilled with ${JSON.stringify(asked)}`);
  await asked.send(async () => {
    const effect = await analyst.locator('p.said').innerText();
    desk.check(/would have let \d+ blocked decisions? pass/.test(effect), `what it would do is told as: ${effect}`);
    await look(desk, analyst, 'exception-preview');
  });
  await analyst.getByText('so another person has to approve it').waitFor();
  desk.check(await analyst.getByRole('button', { name: 'Approve' }).count() === 0, 'an analyst is offered to approve');

  // The lead asks for one of their own, which they could approve if it were somebody else's.
  const lead = await desk.as('lee', { refusals: [403, 422] });
  const own = await request(lead, 'The same, asked for by the lead');
  await own.send();
  await lead.goto('/exceptions');
  const cards = lead.locator('ul.exceptions > li');
  const mine = cards.filter({ hasText: 'asked for by the lead' });
  await mine.getByText('another person has to approve it').waitFor();
  desk.check(await mine.getByRole('button', { name: 'Approve' }).count() === 0, 'a lead is offered to approve their own request');

  // The form of the other one, sent for their own: the desk refuses whatever the page offers.
  const id = await mine.locator('form[action$="/revoke"]').getAttribute('action').then((a) => a.split('/')[2]);
  const others = cards.filter({ hasText: 'agreed with the privacy office' });
  const right = await others.locator('form[action$="/resolve"]').getAttribute('action');
  const form = lead.locator(`form[action="${right}"]`);
  await form.evaluate((f, to) => { f.action = to; }, `/exceptions/${id}/resolve`);
  await others.getByLabel('Reason').first().fill('I agree with myself');
  await others.getByRole('button', { name: 'Approve' }).click();
  await lead.getByText('another person').first().waitFor();
  desk.check(await lead.locator('p.notice', { hasText: 'approved' }).count() === 0, 'a lead approved their own request');

  await lead.goto('/exceptions');
  await look(desk, lead, 'exceptions-requested');
  await others.getByLabel('Reason').first().fill('Agreed in OPS-23');
  await others.getByRole('button', { name: 'Approve' }).click();
  await said(lead, 'Exception approved');
  await mine.getByText('Take the request back').click();
  await mine.getByLabel('Reason').fill('Not needed beside the other');
  await mine.getByRole('button', { name: 'Take back' }).click();
  await said(lead, 'Exception revoked');
  console.log('APPROVED');
});
