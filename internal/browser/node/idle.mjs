// Somebody leaves: after the idle time what was on the screen is gone, any click leads to sign-in, and from there back.
import { run, join, signIn, origin } from './lib.mjs';
import { look } from './look.mjs';

const idle = Number(process.env.IDLE); // seconds

await run(async (desk) => {
  const page = await desk.open({ refusals: [401] });
  await join(page, process.env.LINK, { name: 'ada', display: 'Ada Moreno', password: 'heron walks the long way home' });

  await page.goto('/account');
  const end = new Date(await page.locator('dt:has-text("Ends if idle") + dd time').getAttribute('datetime'));
  const left = (end - Date.now()) / 1000;
  desk.check(left > 0 && left <= idle, `the account page says that ${left} s are left of ${idle}`);

  await page.goto('/queue');
  await page.locator('tr[data-row]').first().waitFor();
  desk.check(/log-off in \d+ s/.test(await page.locator('#session').innerText()), 'the page does not say when the session ends');
  const poll = await page.locator('[data-poll]').getAttribute('data-poll');
  // What the page asks for by itself does not keep the session alive.
  const asked = page.evaluate(async ([url, seconds]) => {
    const answers = [];
    for (let i = 0; i < seconds + 2; i++) {
      await new Promise((later) => { setTimeout(later, 1000); });
      answers.push((await fetch(url, { headers: { 'X-Phigate-Poll': '1' }, redirect: 'manual' })).ok);
    }
    return answers;
  }, [poll, idle]);
  await page.getByRole('heading', { name: 'You were logged off' }).waitFor();
  desk.check(await page.locator('tr[data-row]').count() === 0, 'decisions are still on the screen after log-off');
  const answers = await asked;
  desk.check(answers[0] && !answers.at(-1), `polls are answered with ${answers}`);
  await look(desk, page, 'logged-off');
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await signIn(page, 'ada');
  desk.check(page.url() === `${origin}/queue`, `sign-in leads to ${page.url()} and not to where they were`);

  await page.getByRole('heading', { name: 'You were logged off' }).waitFor();
  await page.getByRole('link', { name: 'Cases' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await signIn(page, 'ada');
  desk.check(page.url() === `${origin}/cases`, `a click after log-off leads to ${page.url()}, by way of sign-in`);
});
