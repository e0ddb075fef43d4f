// An analyst works through the queue with the keyboard alone: ten verdicts with reasons, an assignment, a note, and a note that the
// guard refuses.
import { origin, run, said, tabTo } from './lib.mjs';
import { look } from './look.mjs';

const reasons = ['Identifier in a free-text field', 'An order number, see OPS-17', 'Handed to the owner of the job'];

// open returns the number of decisions that the queue's heading tells.
async function open(page) {
  return Number((await page.locator('[data-count]').innerText()).replaceAll(',', '').match(/\d+/)[0]);
}

await run(async (desk) => {
  const page = await desk.as('anna', { refusals: [422] });
  await page.goto('/queue');
  const before = await open(page);
  desk.check(before >= 20, `${before} decisions await review only`);

  await page.keyboard.press('?');
  await page.locator('dialog#keys[open]').waitFor();
  await look(desk, page, 'keys', { window: true });
  await page.keyboard.press('Escape');
  await page.locator('dialog#keys[open]').waitFor({ state: 'detached' });

  // j three times and k twice: the second row has the focus, and Enter opens it.
  for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
  const second = await page.locator('tr[data-row]').nth(1).locator('a[data-open]').getAttribute('href');
  await page.keyboard.press('Enter');
  await page.waitForURL((u) => u.pathname.startsWith('/decisions/'));
  desk.check(page.url() === origin + second, `Enter opens ${page.url()}, want ${second}`);

  const letters = ['f', 't', 'b', 'd', 'e', 'i', 'u', 't', 'f', 't'];
  const seen = new Set();
  for (const [i, letter] of letters.entries()) {
    const path = new URL(page.url()).pathname;
    desk.check(!seen.has(path), `${path} is offered twice`);
    seen.add(path);
    await page.keyboard.press(letter);
    await page.locator('input[data-reason]:focus').waitFor();
    desk.check(await page.locator(`input[data-key="${letter}"]`).isChecked(), `${letter} does not choose its verdict`);
    await page.keyboard.type(reasons[i % reasons.length]);
    await Promise.all([page.waitForURL((u) => u.pathname !== path), page.keyboard.press('Enter')]);
    await said(page, 'verdict recorded');
  }

  // The eleventh: taken over, and noted.
  const mine = page.getByRole('button', { name: 'Assign to me' });
  await tabTo(page, mine);
  await page.keyboard.press('Enter');
  await said(page, 'assigned');
  await page.getByRole('button', { name: 'Give it back' }).waitFor();
  const note = page.getByLabel('Note', { exact: true });
  await tabTo(page, note);
  await page.keyboard.type('Asked the owner of the job, OPS-18');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await said(page, 'Note recorded');
  await page.getByText('Asked the owner of the job, OPS-18').waitFor();

  // A note with an identifier is refused, beside the field, with what was typed still in it.
  await tabTo(page, page.getByLabel('Note', { exact: true }));
  await page.keyboard.type(`The number was ${process.env.VALUE}`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('#note-error', { hasText: 'us_ssn' }).waitFor();
  desk.check((await page.getByLabel('Note', { exact: true }).inputValue()).includes(process.env.VALUE), 'what was typed is lost');
  await page.getByLabel('Note', { exact: true }).fill('');
  await look(desk, page, 'decision-note-refused');

  await page.goto('/queue');
  const after = await open(page);
  // A verdict that awaits a second person still is in the queue.
  await page.goto('/queue?q=status:awaiting_second');
  const awaiting = await page.locator('tr[data-row]').count();
  desk.check(after === before - letters.length + awaiting, `the queue went from ${before} to ${after} with ${awaiting} awaiting a second person`);

  // What an analyst may not do is not offered, and refused when asked for.
  await page.goto('/queue');
  desk.check(await page.locator('#bulk').count() === 0, 'an analyst is offered verdicts on many decisions');
  const stranger = await desk.as('anna', { refusals: [403] });
  await stranger.goto('/users');
  await stranger.getByRole('heading', { name: 'Not allowed' }).waitFor();
  await look(desk, stranger, 'denied');
});
