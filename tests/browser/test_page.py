"""Opens a result page in a real browser and uses it with mouse and keyboard.

usage: test_page.py CHROMIUM PAGE_EXAMPLE [SCREENSHOT_FOLDER]

PAGE_EXAMPLE (page_example.cc) writes the page; its plots have known formulas, so every value that the page reads off a
trace is compared with the truth.
"""

import math
import os
import subprocess
import sys
import tempfile
import unittest

from devtools import Browser

SHIFT = 8
CHROMIUM, EXAMPLE = sys.argv[1:3]
PICTURES = sys.argv[3] if len(sys.argv) > 3 else None


def damped(t):
    return math.exp(-t / 1e-3) * math.sin(2 * math.pi * 2e3 * t)


class ResultPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        page = os.path.join(cls.folder.name, "page.html")
        subprocess.run([EXAMPLE, page], check=True)
        cls.browser = Browser(CHROMIUM)
        cls.browser.open("file://" + page)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def setUp(self):
        self.run_js = self.browser.run
        self.run_js("nullor.plots.forEach(p => { p.cursor(0).clear(); p.cursor(1).clear(); p.reset();"
                    " p.traces().forEach(t => p.show(t, true)); }) ?? 0")

    def at(self, plot, x, y=None, panel=0):
        """Page coordinates of a data point."""
        y = "null" if y is None else repr(y)
        return self.run_js(f"(() => {{ const p = nullor.plots[{plot}]; p.canvas.scrollIntoView({{block: 'center'}});"
                           f" const r = p.canvas.getBoundingClientRect(), q = p.pixel({x!r}, {y}, {panel});"
                           " return [r.left + q[0], r.top + q[1]]; })()")

    def view(self, plot):
        return self.run_js(f"nullor.plots[{plot}].view()")

    def values(self, plot, cursor=0):
        panels = self.run_js(f"nullor.plots[{plot}].values({cursor})")
        return {p["label"]: p["values"] for p in panels}

    def picture(self, name, plot=None):
        if PICTURES:
            if plot is not None:
                self.run_js(f"nullor.plots[{plot}].canvas.scrollIntoView({{block: 'center'}}) ?? 0")
            self.browser.screenshot(os.path.join(PICTURES, name + ".png"))

    def test_makes_no_request_and_throws_no_error(self):
        self.assertEqual([u for u in self.browser.requests if not u.startswith(("file:", "data:", "blob:"))], [])
        self.assertEqual(self.browser.errors, [])
        self.assertEqual(len(self.browser.requests), 1)

    def test_shows_names_as_text_not_markup(self):
        self.assertEqual(self.run_js("document.querySelector('h1').textContent"), "Two-stage example <b>&</b> friends")

    def test_wheel_zooms_about_the_pointer(self):
        x, y = self.at(0, 1e-3)
        before = self.view(0)["x"]
        self.browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=-240)
        after = self.view(0)["x"]
        self.assertLess(after[1] - after[0], 0.6 * (before[1] - before[0]))
        fraction = lambda v: (1e-3 - v[0]) / (v[1] - v[0])
        self.assertAlmostEqual(fraction(after), fraction(before), delta=2e-3)
        self.browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=4000)
        for _ in range(8):
            self.browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=4000)
        self.assertEqual(self.view(0)["x"], before)

    def test_drag_zooms_a_box_and_double_click_shows_all(self):
        before = self.view(0)
        x0, y0 = self.at(0, 1e-3, 0.5)
        x1, y1 = self.at(0, 2e-3, -0.1)
        self.browser.drag(x0, y0, x1, y1)
        after = self.view(0)
        pixel = 5e-3 / 700
        self.assertAlmostEqual(after["x"][0], 1e-3, delta=2 * pixel)
        self.assertAlmostEqual(after["x"][1], 2e-3, delta=2 * pixel)
        self.assertAlmostEqual(after["y"][0][0], -0.1, delta=0.02)
        self.assertAlmostEqual(after["y"][0][1], 0.5, delta=0.02)
        self.browser.drag((x0 + x1) / 2, y0, (x0 + x1) / 2 - 40, y0, SHIFT)
        self.assertGreater(self.view(0)["x"][0], after["x"][0])
        self.browser.click((x0 + x1) / 2, y0, 2)
        self.assertEqual(self.view(0), before)
        self.assertIsNone(self.run_js("nullor.plots[0].cursor(0).x()"))

    def test_slow_double_click_places_no_cursor(self):
        self.run_js("nullor.plots[0].cursor(1).set(3e-3) ?? 0")
        x, y = self.at(0, 1e-3, 0.5)
        self.browser.click(x, y, 2, pause=0.8)
        self.assertIsNone(self.run_js("nullor.plots[0].cursor(0).x()"))
        self.assertEqual(self.run_js("nullor.plots[0].cursor(1).x()"), 3e-3)

    def test_cursors_read_the_true_values(self):
        for k, t in enumerate((0.35e-3, 1.2e-3)):
            x, y = self.at(0, t)
            self.browser.click(x, y, modifiers=SHIFT * k)
        for k, t in enumerate((0.35e-3, 1.2e-3)):
            at = self.run_js(f"nullor.plots[0].cursor({k}).x()")
            self.assertAlmostEqual(at, t, delta=5e-3 / 700)
            self.assertAlmostEqual(self.values(0, k)["voltage"]["v(out)"], damped(at), delta=1e-4)
        text = self.run_js("document.querySelector('.readout').innerText")
        self.assertIn("1/Δ", text)
        self.picture("cursors", 0)

    def test_cursor_between_samples_interpolates(self):
        exact = 123.456e-6
        self.run_js(f"nullor.plots[0].cursor(0).set({exact!r}) ?? 0")
        values = self.values(0)
        self.assertAlmostEqual(values["voltage"]["v(out)"], damped(exact), delta=3e-5)
        self.assertAlmostEqual(values["current"]["i(v1)"],
                               1e-3 * math.exp(-exact / 1e-3) * math.cos(2 * math.pi * 2e3 * exact), delta=3e-8)

    def test_cursor_is_dragged_and_moved_by_keys(self):
        self.run_js("nullor.plots[0].cursor(0).set(1e-3) ?? 0")
        x, y = self.at(0, 1e-3)
        self.browser.drag(x, y, x + 100, y)
        moved = self.run_js("nullor.plots[0].cursor(0).x()")
        self.assertGreater(moved, 1.3e-3)
        self.browser.key("ArrowLeft")
        self.assertLess(self.run_js("nullor.plots[0].cursor(0).x()"), moved)
        self.browser.key("+")
        self.assertLess(self.view(0)["x"][1] - self.view(0)["x"][0], 4e-3)
        self.browser.key("0")
        self.assertAlmostEqual(self.view(0)["x"][1], 5e-3)
        self.browser.key("Escape")
        self.assertIsNone(self.run_js("nullor.plots[0].cursor(0).x()"))

    def test_legend_click_hides_a_trace(self):
        x, y = self.run_js("(() => { const b = [...document.querySelectorAll('.trace')].find(b => b.textContent === 'v(in)');"
                           " b.scrollIntoView({block: 'center'}); const r = b.getBoundingClientRect();"
                           " return [r.left + r.width / 2, r.top + r.height / 2]; })()")
        self.run_js("nullor.plots[0].cursor(0).set(1e-3) ?? 0")
        self.assertIn("v(in)", self.values(0)["voltage"])
        self.browser.click(x, y)
        self.assertNotIn("v(in)", self.values(0)["voltage"])
        self.picture("hidden")

    def test_bode_pair_reads_magnitude_and_phase(self):
        self.assertTrue(self.view(1)["logX"])
        self.run_js("nullor.plots[1].cursor(0).set(1000) ?? 0")
        values = self.values(1)
        self.assertAlmostEqual(values["magnitude"]["v(out)"], -10 * math.log10(2), places=9)
        self.assertAlmostEqual(values["phase"]["v(out)"], -45, places=9)
        self.assertAlmostEqual(values["phase"]["v(third)"], -135, places=9)
        self.run_js("nullor.plots[1].cursor(1).set(999000) ?? 0")
        self.assertLess(self.values(1, 1)["phase"]["v(third)"], -265)  # unwrapped below -180
        self.picture("bode", 1)

    def test_million_points_take_no_more_strokes_than_pixels(self):
        self.assertEqual(self.run_js("nullor.plots.length"), 5)
        x, y = self.at(4, 1e-3)
        self.run_js("(() => { const c = CanvasRenderingContext2D.prototype, line = c.lineTo; let count = 0;"
                    " c.lineTo = function (...at) { ++count; return line.apply(this, at); };"
                    " nullor.plots[4].zoom(1e-5, 4e-3); c.lineTo = line; window.strokes = count; return 0; })()")
        self.assertGreater(self.run_js("window.strokes"), 3 * 700)
        self.assertLess(self.run_js("window.strokes"), 3 * 6 * 1300)  # of 3e6 points: a few in a column
        self.browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=-300)
        self.run_js("nullor.plots[4].cursor(0).set(2.2222e-3) ?? 0")
        self.assertAlmostEqual(self.values(4)["voltage"]["v(out)"], damped(2.2222e-3), delta=1e-7)  # 32-bit floats
        self.picture("long", 4)

    def test_zooming_far_in_stays_exact(self):
        self.run_js("nullor.plots[4].zoom(1e-3, 1e-3 + 2e-7) ?? 0")
        view = self.view(4)["x"]
        self.assertAlmostEqual(view[1] - view[0], 2e-7, delta=1e-12)
        self.picture("deep", 4)

    def test_map_shows_sign_and_size(self):
        pixels = self.run_js("[...document.querySelector('.map canvas').getContext('2d').getImageData(0, 0, 3, 1).data]")
        below, zero, above = (pixels[k:k + 3] for k in (0, 4, 8))
        paper = [255, 255, 255]
        self.assertEqual(zero, paper)
        self.assertEqual(below, [0xd9, 0x57, 0x0b])
        blue = [0x0b, 0x6f, 0xc2]  # half of the greatest value: half way from paper to the colour
        for got, p, c in zip(above, paper, blue):
            self.assertAlmostEqual(got, p + (c - p) / 2, delta=1)

    def test_matrix_lists_counts(self):
        self.assertEqual(self.run_js("[...document.querySelectorAll('.matrix tr')].map(r => [...r.children].map(c => c.textContent))"),
                         [["label \\ answer", "a", "<b>"], ["a", "3", "1"], ["<b>", "", "2"]])

    def test_dark_theme(self):
        self.run_js("document.querySelector('.theme').click() ?? 0")
        self.picture("dark", 1)
        dark = self.run_js("getComputedStyle(document.body).backgroundColor")
        self.run_js("document.querySelector('.theme').click() ?? 0")
        self.assertNotEqual(dark, self.run_js("getComputedStyle(document.body).backgroundColor"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
