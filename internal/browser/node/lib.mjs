// What the scripts share: a browser that can reach the console and nothing else, people who sign in with password and
// code, and the rules that hold on every page whatever a script is about.
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const origin = process.env.CONSOLE;
const stateFile = process.env.STATE;
export const patience = 10_000; // milliseconds that any one wait may take

// run runs one script in a browser of its own. It ends with 1 if something was wrong on the way, and with 2 if it did not
// get to its end.
export async function run(script) {
  const faults = [];
  process.exitCode = 2;
  let browser;
  try {
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost'],
      timeout: patience,
    });
    await script(new Desk(browser, faults));
    process.exitCode = faults.length === 0 ? 0 : 1;
  } catch (e) {
    faults.push(e.stack);
  } finally {
    await browser?.close();
  }
  for (const fault of faults) console.log(`FAULT ${fault}`);
}

// Desk is the browser with what went wrong in it.
class Desk {
  constructor(browser, faults) {
    this.browser = browser;
    this.faults = faults;
  }

  // fault notes what is wrong and lets the script go on, so that one run tells of all pages.
  fault(text) { this.faults.push(text); }

  check(holds, text) { if (!holds) this.fault(text); }

  // open opens a window in which nobody is signed in. refusals are the statuses of answers that the script means to get.
  async open({ refusals = [], ...options } = {}) {
    const context = await this.browser.newContext({
      baseURL: origin, viewport: { width: 1280, height: 900 }, colorScheme: 'light', reducedMotion: 'reduce',
      locale: 'en-GB', timezoneId: 'UTC', ...options,
    });
    context.setDefaultTimeout(patience);
    context.setDefaultNavigationTimeout(patience);
    this.watch(context, refusals);
    if (options.javaScriptEnabled !== false) {
      await context.addInitScript(() => document.addEventListener('securitypolicyviolation', (e) => {
        console.error(`content policy: ${e.violatedDirective} forbids ${e.blockedURI} at ${e.sourceFile}:${e.lineNumber}`);
      }));
    }
    return context.newPage();
  }

  // as opens a window in which a person is signed in since an earlier script.
  async as(name, options) {
    const page = await this.open(options);
    await page.context().addCookies(person(name).cookies);
    return page;
  }

  // watch holds every page to the rules: no request to elsewhere, no violation of the content policy, no error on the console.
  watch(context, refusals) {
    context.on('request', (r) => {
      const url = r.url();
      this.check(url.startsWith(`${origin}/`) || url.startsWith('data:'), `a request leaves the console: ${url}`);
    });
    context.on('weberror', (e) => this.fault(`a script failed: ${e.error().message} on ${e.page()?.url()}`));
    context.on('console', (m) => {
      const status = /^Failed to load resource: the server responded with a status of (\d+)/.exec(m.text());
      if (status && refusals.includes(Number(status[1]))) return;
      if (m.type() === 'error' || m.type() === 'warning') this.fault(`${m.type()} on ${m.page()?.url()}: ${m.text()}`);
    });
    context.on('dialog', (d) => this.fault(`a dialog of the browser: ${d.message()}`));
  }
}

// People are kept between scripts: name, password, secret of the codes, the last code's step, cookies.
function state() {
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8'));
  } catch (e) {
    if (e.code === 'ENOENT') return { people: {} };
    throw e;
  }
}

export function person(name) {
  const who = state().people[name];
  if (!who) throw new Error(`nobody is called ${name}`);
  return who;
}

export function keepPerson(who) {
  const all = state();
  all.people[who.name] = who;
  writeFileSync(stateFile, JSON.stringify(all), { mode: 0o600 });
}

// codeAt is the code of a secret at a step of 30 seconds (RFC 6238 with SHA-1 and six digits).
export function codeAt(secret, step) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let bits = '';
  for (const c of secret.replaceAll(' ', '')) bits += alphabet.indexOf(c).toString(2).padStart(5, '0');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// freshStep is a step whose code is taken now and was not used before. A code is good once, and one step early or late;
// set-up takes the earliest, so that two sign-ins can follow at once.
export function freshStep(last) {
  const now = Date.now() / 1000;
  const step = Math.max(Math.floor((now + 5) / 30) - 1, last + 1);
  if (step > Math.floor(now / 30) + 1) throw new Error('too many codes of one person within 30 seconds');
  return step;
}

// join follows a set-up link or an invitation to its end and keeps who came out. at is called on each page of the way.
export async function join(page, link, { name, display, password }, at = async () => {}) {
  await page.goto(link);
  await at('setup');
  if (await page.getByLabel('Name to sign in with').isEditable()) await page.getByLabel('Name to sign in with').fill(name);
  await page.getByLabel('Full name').fill(display);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('The password again').fill(password);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Second factor' }).waitFor();
  await at('setup-code');
  const secret = await page.locator('dt:has-text("Secret") + dd code').innerText();
  const step = freshStep(0);
  await page.getByLabel('The six digits').fill(codeAt(secret, step));
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.locator('header.top').waitFor();
  await keep(page, { name, display, password, secret, step });
}

// signIn fills the sign-in page that is shown.
export async function signIn(page, name, at = async () => {}) {
  const who = person(name);
  await at('login');
  await page.getByLabel('Name').fill(who.name);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Six digits').waitFor();
  await at('login-code');
  who.step = freshStep(who.step);
  await page.getByLabel('Six digits').fill(codeAt(who.secret, who.step));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('header.top').waitFor();
  await keep(page, who);
}

async function keep(page, who) {
  const cookies = await page.context().cookies();
  keepPerson({ ...who, cookies: cookies.filter((c) => c.name === '__Host-phigate') });
}

// said waits for the notice with which the console confirms what was done.
export async function said(page, text) {
  await page.locator('p.notice', { hasText: text }).waitFor();
}

// tabTo moves the focus by the keyboard until it is on the element, as somebody without a mouse does.
export async function tabTo(page, locator, most = 120) {
  await locator.waitFor();
  for (let i = 0; i < most; i++) {
    if (await locator.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${locator}`);
}
