// The first user, made by the link that the gate printed, invites an analyst and a lead, who come by their links.
import { run, origin, join, signIn, person } from './lib.mjs';
import { look } from './look.mjs';

const password = (word) => `${word} walks the long way home`;

await run(async (desk) => {
  const first = await desk.open();
  await join(first, process.env.LINK, { name: 'ada', display: 'Ada Moreno', password: password('heron') },
    (name) => look(desk, first, name));
  desk.check(new URL(first.url()).pathname === '/', `set-up ends on ${first.url()}`);

  const again = await desk.open({ refusals: [404] });
  await again.goto(process.env.LINK);
  await again.getByRole('heading', { name: 'not good any more' }).waitFor();
  await look(desk, again, 'setup-over');

  for (const [name, display, role] of [['anna', 'Anna Keller', 'analyst'], ['lee', 'Lee Okoye', 'lead']]) {
    await first.goto('/users');
    await first.getByLabel('User name').fill(name);
    await first.getByLabel('Full name').fill(display);
    await first.locator(`.roles-list input[value="${role}"]`).check();
    await first.getByRole('button', { name: 'Invite' }).click();
    const link = await first.locator('code.once').innerText();
    desk.check(link.startsWith(`${origin}/setup?token=`), 'the invitation does not lead to this console');
    if (name === 'anna') await look(desk, first, 'users-invited');
    const guest = await desk.open();
    await join(guest, link, { name, display, password: password(name) });
    desk.check(await guest.locator('header.top .who').innerText().then((t) => t.includes(name)), `${name} is not signed in`);
    await guest.close();
  }

  // A sign-in as on any other day, with password and code.
  const analyst = await desk.open();
  await analyst.goto('/queue');
  desk.check(new URL(analyst.url()).pathname === '/login', `who is not signed in gets ${analyst.url()}`);
  await signIn(analyst, 'anna', (name) => look(desk, analyst, name));
  desk.check(new URL(analyst.url()).pathname === '/queue', `sign-in leads to ${analyst.url()} and not to what was asked for`);
  desk.check(person('anna').cookies.every((c) => c.httpOnly && c.secure && c.sameSite !== 'None'), 'the cookie of the session is not guarded');
});
