// What is looked at on every page: rules of accessibility (axe-core) in light and dark, focus that can be seen, no
// scrolling to the side on a telephone, and a picture of each.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.SCREENSHOTS;
const wide = { width: 1280, height: 900 };
const narrow = { width: 420, height: 900 };
const tallest = 1600; // of a picture, in pixels

// look looks at the page that is shown, under a name that becomes that of its pictures. It leaves the window as it was.
// dark adds a picture in dark; window pictures what is in the window only, for what lies above a page.
export async function look(desk, page, name, { dark = false, window = false } = {}) {
  await page.setViewportSize(wide);
  await picture(page, `${name}-1280`, window);
  await rules(desk, page, `${name}, light`);
  await focus(desk, page, name);
  if (dark) {
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, `${name}-dark-1280`, window);
    await page.emulateMedia({ colorScheme: 'light' });
  }
  await page.setViewportSize(narrow);
  await picture(page, `${name}-420`, window);
  await width(desk, page, name);
  await page.emulateMedia({ colorScheme: 'dark' });
  await rules(desk, page, `${name}, dark and narrow`);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(wide);
}

// picture takes one picture of the whole page, or of its upper part if it is long.
async function picture(page, name, windowOnly) {
  await page.evaluate(() => { document.activeElement?.blur?.(); window.scrollTo(0, 0); });
  const { width: w, height: h } = await page.evaluate((all) => ({
    width: window.innerWidth, height: all ? document.documentElement.scrollHeight : window.innerHeight,
  }), !windowOnly);
  await page.screenshot({
    path: join(pictures, `${name}.png`), fullPage: !windowOnly, animations: 'disabled', caret: 'hide',
    clip: { x: 0, y: 0, width: w, height: Math.min(h, tallest) },
  });
}

// rules asks axe-core. What is serious or critical is a fault; the rest is printed.
async function rules(desk, page, name) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const v of violations) {
    const text = `axe ${v.impact} on ${name}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 4).map((n) => n.target.join(' ')).join(' | ')}` +
      (v.nodes.length > 4 ? ` and ${v.nodes.length - 4} more` : '');
    if (v.impact === 'serious' || v.impact === 'critical') desk.fault(text);
    else console.log(text);
  }
}

// width finds what sticks out to the right.
async function width(desk, page, name) {
  const wider = await page.evaluate(() => {
    const { scrollWidth } = document.scrollingElement;
    if (scrollWidth <= window.innerWidth) return null;
    const out = (e) => e.getBoundingClientRect().right > window.innerWidth + 1;
    const widest = Array.from(document.body.querySelectorAll('*'))
      .filter((e) => out(e) && !Array.from(e.children).some(out)).slice(0, 3)
      .map((e) => `${e.tagName.toLowerCase()}.${e.className} "${e.textContent.trim().slice(0, 30)}"`);
    return `${scrollWidth} px: ${widest.join(', ')}`;
  });
  desk.check(wider === null, `${name} scrolls to the side at 420 px: ${wider}`);
}

// focus puts the keyboard's focus on everything that takes it and compares how it looks with and without.
async function focus(desk, page, name) {
  await page.keyboard.press('Tab'); // from here on focus is the keyboard's
  const unseen = await page.evaluate(() => {
    const style = (e) => {
      const s = getComputedStyle(e);
      return [s.outlineStyle === 'none' ? '' : s.outlineWidth + s.outlineColor, s.boxShadow, s.backgroundColor, s.borderColor].join(' ');
    };
    const hidden = (e) => !e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const list = Array.from(document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'));
    const failed = [];
    for (const e of list) {
      if (e.disabled || hidden(e)) continue;
      e.blur();
      const before = style(e);
      e.focus({ preventScroll: true, focusVisible: true });
      if (document.activeElement !== e) continue;
      if (style(e) === before) failed.push(`${e.tagName.toLowerCase()} "${(e.textContent || e.name || '').trim().slice(0, 30)}"`);
    }
    document.activeElement?.blur();
    return [...new Set(failed)].slice(0, 5);
  });
  desk.check(unseen.length === 0, `${name}: focus cannot be seen on ${unseen.join(', ')}`);
}
